using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Near.Engine;

namespace FastShardMap.Near.Local;

/// <summary>The near copies of a map with keys and values of unmanaged types, in unmanaged memory of bounded
/// size.</summary>
internal sealed class LocalStore<TKey, TValue> : ICopies<NearResult<TValue>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ShardCache<TKey, LocalEntry<TValue>> _cache;

    public LocalStore(NearMapOptions options) =>
        _cache = new ShardCache<TKey, LocalEntry<TValue>>(CopyLimits.Of(options));

    public long Count => _cache.Count;

    public long BytesAllocated => _cache.BytesAllocated;

    /// <summary>The copies, for hits.</summary>
    public ShardCache<TKey, LocalEntry<TValue>> Cache => _cache;

    public string? TryDecode(
        ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> engineKey, out NearResult<TValue> result, out bool expires)
    {
        string? fault = TypedValueFormat<TValue>.TryDecode(
            bytes.Span, engineKey, out TValue value, out ulong version, out expires);
        result = fault is null
            ? new NearResult<TValue>(Found: true, value, new NearVersion(version), IsNear: false)
            : default;
        return fault;
    }

    public NearVersion VersionOf(NearResult<TValue> result) => result.Version;

    public bool TryStore(ReadOnlySpan<byte> key, NearResult<TValue> result, int epoch, TimeSpan? timeToLive)
    {
        LocalEntry<TValue> entry = new()
        {
            Version = result.Version.Value,
            SignedEpoch = result.Version == NearVersion.None ? -epoch : epoch,
            Value = result.Value,
        };
        _cache.Set(MemoryMarshal.Read<TKey>(key), entry, CopyLimits.TimeToLive(timeToLive));
        return true;
    }

    public void Remove(ReadOnlySpan<byte> key)
    {
        // Other keys may begin with the prefix, too.
        if (key.Length == Unsafe.SizeOf<TKey>())
        {
            _cache.TryRemove(MemoryMarshal.Read<TKey>(key), out _);
        }
    }

    public void RemoveOther(ReadOnlySpan<byte> key, NearResult<TValue> result)
    {
        if (_cache.TryPeek(MemoryMarshal.Read<TKey>(key), out LocalEntry<TValue> entry)
            && entry.Version != result.Version.Value)
        {
            Remove(key);
        }
    }

    public void Dispose() => _cache.Dispose();
}
