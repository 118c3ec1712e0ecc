using System.Numerics;
using System.Runtime.InteropServices;
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

    /// <summary>Adds one number per key to the values of many keys. An absent key counts as zero and is
    /// added.</summary>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/typeparam"/>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="keys">The keys, in any order. The numbers of repeated keys are all added.</param>
    /// <param name="deltas">The number to add to the value of each key, at the index of the key. As long as
    /// <paramref name="keys"/>.</param>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="deltas"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the numbers so far
    /// have been added.</exception>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase, ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> deltas)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(phase);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        AddDeltas(phase, keys, new DeltaRange<TValue>(deltas, TValue.Zero));
    }

    /// <summary>Adds one number to the values of many keys. An absent key counts as zero and is added.</summary>
    /// <inheritdoc
    ///     cref="AddDelta{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher}, TKey, TValue)"
    ///     path="/typeparam"/>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="keys">The keys, in any order. The number is added to a repeated key as often as it
    /// occurs.</param>
    /// <param name="delta">The number to add to each value.</param>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the numbers so far
    /// have been added.</exception>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase, ReadOnlySpan<TKey> keys, TValue delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
    {
        ArgumentNullException.ThrowIfNull(phase);
        AddDeltas(phase, keys, new DeltaRange<TValue>(default, delta));
    }

    /// <inheritdoc cref="AddDeltaRange{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher},
    /// ReadOnlySpan{TKey}, TValue)"/>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase, ReadOnlySpan<TKey> keys, MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDeltaRange(phase, keys, delta.Value);

    /// <inheritdoc cref="AddDeltaRange{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher},
    /// ReadOnlySpan{TKey}, TValue)"/>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase,
        ReadOnlySpan<MapArgument<TKey>> keys,
        MapArgument<TValue> delta)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> =>
        AddDeltaRange(phase, MemoryMarshal.Cast<MapArgument<TKey>, TKey>(keys), delta.Value);

    /// <inheritdoc cref="AddDeltaRange{TKey, TValue, THasher}(ShardMapExclusive{TKey, TValue, THasher},
    /// ReadOnlySpan{TKey}, ReadOnlySpan{TValue})"/>
    public static void AddDeltaRange<TKey, TValue, THasher>(
        this ShardMapExclusive<TKey, TValue, THasher> phase,
        ReadOnlySpan<MapArgument<TKey>> keys,
        ReadOnlySpan<MapArgument<TValue>> deltas)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> => AddDeltaRange(
            phase,
            MemoryMarshal.Cast<MapArgument<TKey>, TKey>(keys),
            MemoryMarshal.Cast<MapArgument<TValue>, TValue>(deltas));

    private static void AddDeltas<TKey, TValue, THasher>(
        ShardMapExclusive<TKey, TValue, THasher> phase, ReadOnlySpan<TKey> keys, DeltaRange<TValue> range)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey> =>
        phase.WriteEach<DeltaOperation<TValue>, DeltaRange<TValue>>(nameof(AddDeltaRange), keys, ref range);
}
