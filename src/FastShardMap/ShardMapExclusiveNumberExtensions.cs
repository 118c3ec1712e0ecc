using System.Numerics;
using FastShardMap.Operations;

namespace FastShardMap;

/// <summary>Provides additions to values that are numbers, in exclusive phases.</summary>
/// <remarks>The overloads with a <see cref="MapArgument{T}"/> do the same as those without. The compiler chooses them
/// for arguments that convert to the types of the map but have another type, such as constants.</remarks>
public static class ShardMapExclusiveNumberExtensions
{
    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values: a number.</typeparam>
    /// <typeparam name="THasher">The type of the hasher.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <inheritdoc cref="ShardMapExclusive{TKey, TValue, THasher}.TryAdd" path="/exception"/>
    public static TValue AddDelta<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase, TKey key, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(phase);
        DeltaOperation<TValue> operation = new(delta);
        phase.Write(nameof(AddDelta), key, ref operation);
        return operation.Sum;
    }

    /// <inheritdoc cref="AddDelta{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher}, TKey, TValue)"/>
    public static TValue AddDelta<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase, MapArgument<TKey> key, MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(phase, key.Value, delta.Value);

    /// <summary>Adds one to the value of a key. An absent key is added with the value one.</summary>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/typeparam"/>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/exception"/>
    public static TValue Increment<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase, TKey key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(phase, key, TValue.One);

    /// <inheritdoc cref="Increment{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher}, TKey)"/>
    public static TValue Increment<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase, MapArgument<TKey> key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDelta(phase, key.Value, TValue.One);
}
