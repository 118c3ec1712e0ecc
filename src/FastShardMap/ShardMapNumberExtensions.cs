using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Operations;

namespace FastShardMap;

/// <summary>Counting: atomic additions to the values of maps whose values are numbers.</summary>
/// <remarks>The overloads that take an <see cref="MapArgument{T}"/> do the same as the ones without. The compiler chooses
/// them for arguments that convert to the map's types without being of them, such as a constant.</remarks>
public static class ShardMapNumberExtensions
{
    /// <summary>Adds to the value of a key; an absent key counts as zero and is added.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TValue">The number; its addition wraps or throws as the type's + does.</typeparam>
    /// <typeparam name="THasher">The hasher.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">What to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>One atomic step, mostly without the shard's lock; allocates nothing. To add an entry rather than a number,
    /// see <see cref="ShardMap{TKey, TValue, THasher}.Add"/>.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard has to grow and cannot; nothing has changed.</exception>
    public static TValue AddDelta<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, TKey key, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(map);
        DeltaOperation<TValue> operation = new(delta);
        TValue sum = map.Shards.TryWriteFast(key, ref operation) ? operation.Sum : AddDeltaWaiting(map, key, delta);
        GC.KeepAlive(map);
        return sum;
    }

    /// <inheritdoc cref="AddDelta{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, TKey, TValue)"/>
    public static TValue AddDelta<TKey, TValue, THasher>(
        this ShardMap<TKey, TValue, THasher> map, TKey key, MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(map, key, delta.Value);

    /// <inheritdoc cref="AddDelta{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, TKey, TValue)"/>
    public static TValue AddDelta<TKey, TValue, THasher>(
        this ShardMap<TKey, TValue, THasher> map, MapArgument<TKey> key, MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(map, key.Value, delta.Value);

    /// <summary>Adds one to the value of a key; an absent key is added with the value one.</summary>
    /// <inheritdoc cref="AddDelta{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, TKey, TValue)" path="/typeparam"/>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <inheritdoc cref="AddDelta{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, TKey, TValue)" path="/remarks"/>
    /// <inheritdoc cref="AddDelta{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, TKey, TValue)" path="/exception"/>
    public static TValue Increment<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, TKey key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(map, key, TValue.One);

    /// <inheritdoc cref="Increment{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, TKey)"/>
    public static TValue Increment<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, MapArgument<TKey> key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(map, key.Value, TValue.One);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TValue AddDeltaWaiting<TKey, TValue, THasher>(
        ShardMap<TKey, TValue, THasher> map, TKey key, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        DeltaOperation<TValue> operation = new(delta);
        map.Shards.WriteSlow(key, ref operation);
        GC.KeepAlive(map);
        return operation.Sum;
    }
}
