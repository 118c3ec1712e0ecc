using System.Numerics;
using System.Runtime.InteropServices;
using FastShardMap.Auditing;
using FastShardMap.Operations;

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

    /// <summary>Adds one number per key to the values of many keys. An absent key counts as zero and is added. Each
    /// addition is recorded as an addition of an entry or an update.</summary>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/typeparam"/>
    /// <param name="map">The audited map.</param>
    /// <param name="keys">The keys, in any order. The numbers of repeated keys are all added.</param>
    /// <param name="deltas">The number to add to the value of each key, at the index of the key. As long as
    /// <paramref name="keys"/>.</param>
    /// <remarks>The keys are written one after the other. If a write throws, the writes before it have happened and are
    /// recorded, and those after it have not. A range is not faster here than single additions, because each of them is
    /// recorded.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="deltas"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the numbers so far
    /// have been added.</exception>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map, ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> deltas)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(map);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        map.Operations.AddDeltaRange(keys, new DeltaRange<TValue>(deltas, TValue.Zero));
    }

    /// <summary>Adds one number to the values of many keys. An absent key counts as zero and is added. Each addition is
    /// recorded as an addition of an entry or an update.</summary>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/typeparam"/>
    /// <param name="map">The audited map.</param>
    /// <param name="keys">The keys, in any order. The number is added to a repeated key as often as it
    /// occurs.</param>
    /// <param name="delta">The number to add to each value.</param>
    /// <remarks>The keys are written one after the other. If a write throws, the writes before it have happened and are
    /// recorded, and those after it have not. A range is not faster here than single additions, because each of them is
    /// recorded.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the numbers so far
    /// have been added.</exception>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map, ReadOnlySpan<TKey> keys, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(map);
        map.Operations.AddDeltaRange(keys, new DeltaRange<TValue>(default, delta));
    }

    /// <inheritdoc cref="AddDeltaRange{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher},
    /// ReadOnlySpan{TKey}, TValue)"/>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map, ReadOnlySpan<TKey> keys, MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDeltaRange(map, keys, delta.Value);

    /// <inheritdoc cref="AddDeltaRange{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher},
    /// ReadOnlySpan{TKey}, TValue)"/>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map,
        ReadOnlySpan<MapArgument<TKey>> keys,
        MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> =>
        AddDeltaRange(map, MemoryMarshal.Cast<MapArgument<TKey>, TKey>(keys), delta.Value);

    /// <inheritdoc cref="AddDeltaRange{TKey, TValue, THasher}(AuditedShardMap{TKey, TValue, THasher},
    /// ReadOnlySpan{TKey}, ReadOnlySpan{TValue})"/>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this AuditedShardMap<TKey, TValue, THasher> map,
        ReadOnlySpan<MapArgument<TKey>> keys,
        ReadOnlySpan<MapArgument<TValue>> deltas)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDeltaRange(
            map,
            MemoryMarshal.Cast<MapArgument<TKey>, TKey>(keys),
            MemoryMarshal.Cast<MapArgument<TValue>, TValue>(deltas));
}
