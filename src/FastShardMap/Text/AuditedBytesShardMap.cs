using FastShardMap.Auditing;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

/// <summary>A <see cref="BytesShardMap{TValue}"/> with an audit. Every operation through this object is recorded,
/// counted, and passed to rules.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para>Cost, order, thread safety and memory are those of
/// <see cref="AuditedShardMap{TKey, TValue, THasher}"/>.</para>
/// <para><b>Keys.</b> The audit keeps an <see cref="AuditKey"/> per operation: the length, the hash and the first 36
/// bytes of the key. It never refers to the memory of the map or of the caller.</para>
/// </remarks>
public sealed unsafe partial class AuditedBytesShardMap<TValue> : MapAudit<AuditKey>
    where TValue : unmanaged
{
    private readonly AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> _operations;
    private readonly HashSeed _seed;

    /// <summary>Creates an audit of a map.</summary>
    /// <param name="map">The map. Disposing the audit does not dispose it.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException">A rule of <paramref name="options"/> is null, or creates no copy for a
    /// shard.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public AuditedBytesShardMap(BytesShardMap<TValue> map, AuditOptions<AuditKey>? options = null)
        : base(HeaderOf(map), options)
    {
        Map = map;
        _operations = new(map.Inner, this, new ExcerptOfKey(KeyForm.Bytes));
        _seed = map.Seed;
    }

    /// <summary>The map itself. Operations on it are not audited.</summary>
    public BytesShardMap<TValue> Map { get; }

    /// <summary>The number of entries; see <see cref="BytesShardMap{TValue}.Count"/>. Not recorded.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Count => Map.Count;

    internal AuditedOperations<RecordKey, TValue, RecordKeyHasher, AuditKey, ExcerptOfKey> Operations => _operations;

    internal HashSeed Seed => _seed;

    private static MapHeader* HeaderOf(BytesShardMap<TValue> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        map.Inner.Shards.ThrowIfDisposed();
        return map.Inner.Shards.Header;
    }
}
