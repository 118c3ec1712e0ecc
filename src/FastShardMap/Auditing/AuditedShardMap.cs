using FastShardMap.Auditing;
using FastShardMap.Layout;

namespace FastShardMap;

/// <summary>A map with an audit and the default hasher. <see cref="AuditedShardMap{TKey, TValue, THasher}"/> describes
/// all members.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class AuditedShardMap<TKey, TValue> : AuditedShardMap<TKey, TValue, DefaultHasher<TKey>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <inheritdoc cref="AuditedShardMap{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, AuditOptions{TKey})"/>
    public AuditedShardMap(ShardMap<TKey, TValue, DefaultHasher<TKey>> map, AuditOptions<TKey>? options = null)
        : base(map, options)
    {
    }
}

/// <summary>A map with an audit. Every operation through this object is recorded, counted, and passed to
/// rules.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="THasher">The type of the hasher.</typeparam>
/// <remarks>
/// <para><b>Cost.</b> The audit is this object around the map. A map without an audit contains no instructions for it,
/// and code that uses the map directly is neither slowed down nor recorded. An operation through this object takes one
/// more lock for a short time, that of its shard of the audit.</para>
/// <para><b>Order.</b> An operation is recorded after it was performed. Overlapping operations of two threads may be
/// recorded in either order.</para>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads.</para>
/// <para><b>Memory.</b> The last operations of each shard are in unmanaged memory, where <c>fsmap audit</c> finds them,
/// also in a dump.</para>
/// </remarks>
public partial class AuditedShardMap<TKey, TValue, THasher> : MapAudit<TKey>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly AuditedOperations<TKey, TValue, THasher, TKey, WholeKey<TKey>> _operations;

    /// <summary>Creates an audit of a map.</summary>
    /// <param name="map">The map. Disposing the audit does not dispose it.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException">A rule of <paramref name="options"/> is null, or creates no copy for a
    /// shard.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public unsafe AuditedShardMap(ShardMap<TKey, TValue, THasher> map, AuditOptions<TKey>? options = null)
        : base(HeaderOf(map), options)
    {
        Map = map;
        _operations = new(map, this, default);
    }

    /// <summary>The map itself. Operations on it are not audited.</summary>
    public ShardMap<TKey, TValue, THasher> Map { get; }

    internal AuditedOperations<TKey, TValue, THasher, TKey, WholeKey<TKey>> Operations => _operations;

    private static unsafe MapHeader* HeaderOf(ShardMap<TKey, TValue, THasher> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        map.Shards.ThrowIfDisposed();
        return map.Shards.Header;
    }
}
