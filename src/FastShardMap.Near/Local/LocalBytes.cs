using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Near.Engine;

namespace FastShardMap.Near.Local;

/// <summary>The near copies of a map with keys and values of any length, in unmanaged memory of bounded size.</summary>
/// <remarks>The version and the epoch of a copy stand behind its value, so that the value can be copied to where it is
/// wanted together with them.</remarks>
internal sealed class LocalBytes : ICopies<NearBytesResult>
{
    private const int LongestOnStack = 1024;

    private readonly BlobShardCache _cache;

    public LocalBytes(NearMapOptions options) => _cache = new BlobShardCache(CopyLimits.Of(options));

    public long Count => _cache.Count;

    public long BytesAllocated => _cache.BytesAllocated;

    private static int TrailerBytes => Unsafe.SizeOf<Trailer>();

    /// <summary>Copies a value to where a writer wants it, and does not advance the writer.</summary>
    /// <returns>Whether there is a copy of the epoch; that the key has no value can be a copy, too.</returns>
    public bool TryRead(
        ReadOnlySpan<byte> key, int epoch, IBufferWriter<byte> destination, out int length, out NearVersion version)
    {
        Span<byte> span = destination.GetSpan();
        int bytes;
        while (!_cache.TryGetValue(key, span, out bytes))
        {
            if (bytes < 0)
            {
                length = 0;
                version = NearVersion.None;
                return false;
            }

            span = destination.GetSpan(bytes);
            if (span.Length < bytes)
            {
                throw new InvalidOperationException("The buffer writer returned less room than it was asked for.");
            }
        }

        Trailer trailer = TrailerOf(span[..bytes]);
        length = bytes - TrailerBytes;
        version = new NearVersion(trailer.Version);
        return trailer.Epoch == epoch;
    }

    public string? TryDecode(
        ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> engineKey, out NearBytesResult result, out bool expires)
    {
        string? fault = ValueFormat.TryDecode(
            bytes.Span, engineKey, ValueFormat.BytesFingerprint, out ulong version, out expires);
        result = fault is null
            ? new NearBytesResult(
                Found: true, bytes[ValueFormat.HeaderBytes..], new NearVersion(version), IsNear: false)
            : default;
        return fault;
    }

    public NearVersion VersionOf(NearBytesResult result) => result.Version;

    public bool TryStore(ReadOnlySpan<byte> key, NearBytesResult result, int epoch, TimeSpan? timeToLive)
    {
        int bytes = result.Value.Length + TrailerBytes;
        byte[]? rented = bytes > LongestOnStack ? ArrayPool<byte>.Shared.Rent(bytes) : null;
        Span<byte> copy = rented is null ? stackalloc byte[bytes] : rented.AsSpan(0, bytes);
        result.Value.Span.CopyTo(copy);
        MemoryMarshal.Write(copy[result.Value.Length..], new Trailer(result.Version.Value, epoch));
        try
        {
            return _cache.Set(key, copy, CopyLimits.TimeToLive(timeToLive));
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    public void Remove(ReadOnlySpan<byte> key)
    {
        // Other programs may have longer keys, which are none of a map.
        if (key.Length <= NearBytes.MaxKeyBytes)
        {
            _cache.TryRemove(key);
        }
    }

    public void RemoveOther(ReadOnlySpan<byte> key, NearBytesResult result)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(result.Value.Length + TrailerBytes);
        try
        {
            bool isComplete = _cache.TryGetValue(key, copy, out int bytes);
            if (bytes >= 0 && !(isComplete && TrailerOf(copy.AsSpan(0, bytes)).Version == result.Version.Value))
            {
                Remove(key);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    public void Dispose() => _cache.Dispose();

    private static Trailer TrailerOf(ReadOnlySpan<byte> copy) =>
        MemoryMarshal.Read<Trailer>(copy[^TrailerBytes..]);

    /// <param name="Version">The version of the value, or zero: the engine had no value.</param>
    /// <param name="Epoch">The epoch in which the read began. Copies of earlier epochs are void.</param>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Trailer(ulong Version, int Epoch);
}
