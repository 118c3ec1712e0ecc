using System.Numerics;
using FastShardMap.Auditing;

namespace FastShardMap;

/// <summary>Provides atomic additions to the values of audited maps whose values are numbers.</summary>
/// <remarks>The overloads with a <see cref="MapArgument{T}"/> do the same as those without. The compiler chooses them
/// for arguments that convert to the types of the map but have another type, such as constants.</remarks>
public static class AuditedShardMapNumberExtensions
{
    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added. The operation is
    /// recorded as an addition or an update.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values: a number.</typeparam>
    /// <typeparam name="THasher">The type of the hasher.</typeparam>
    /// <param name="map">The audited map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public static TValue AddDelta<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map, TKey key, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(map);
        DeltaUpserter<TKey, TValue> upserter = new(delta);
        return map.AddOrUpdate(key, ref upserter);
    }

    /// <inheritdoc cref="AddDelta{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher}, TKey, TValue)"/>
    public static TValue AddDelta<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map, MapArgument<TKey> key, MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(map, key.Value, delta.Value);

    /// <summary>Adds one to the value of a key. An absent key is added with the value one. The operation is recorded as
    /// an addition or an update.</summary>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/typeparam"/>
    /// <param name="map">The audited map.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/exception"/>
    public static TValue Increment<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map, TKey key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(map, key, TValue.One);

    /// <inheritdoc cref="Increment{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher}, TKey)"/>
    public static TValue Increment<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map, MapArgument<TKey> key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(map, key.Value, TValue.One);
}
