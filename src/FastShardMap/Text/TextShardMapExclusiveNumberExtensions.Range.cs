using System.Numerics;
using FastShardMap.Text;

namespace FastShardMap;

public static partial class TextShardMapExclusiveNumberExtensions
{
    /// <summary>Adds one number per key to the values of many keys. An absent key counts as zero and is
    /// added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="keys">The keys, in any order. The numbers of repeated keys are all added.</param>
    /// <param name="deltas">The number to add to the value of each key, at the index of the key. As long as
    /// <paramref name="keys"/>.</param>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="deltas"/> is not as long as <paramref name="keys"/>, or a
    /// key is null or has more than 32,766 bytes in UTF-8; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the numbers so far have been added.</exception>
    public static void AddDeltaRange<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<string> keys, ReadOnlySpan<TValue> deltas)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        KeyRange.OfText(phase.Inner, phase.Seed, keys, new KeyRange.AddDeltas<TValue>(new(deltas, TValue.Zero)));
    }

    /// <inheritdoc cref="AddDeltaRange{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{string},
    /// ReadOnlySpan{TValue})"/>
    public static void AddDeltaRange<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> deltas)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        KeyRange.OfBytes(phase.Inner, phase.Seed, keys, new KeyRange.AddDeltas<TValue>(new(deltas, TValue.Zero)));
    }

    /// <summary>Adds one number to the values of many keys. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="keys">The keys, in any order. The number is added to a repeated key as often as it occurs.</param>
    /// <param name="delta">The number to add to each value.</param>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ArgumentException">A key is null or has more than 32,766 bytes in UTF-8; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the numbers so far have been added.</exception>
    public static void AddDeltaRange<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<string> keys, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        KeyRange.OfText(phase.Inner, phase.Seed, keys, new KeyRange.AddDeltas<TValue>(new(default, delta)));
    }

    /// <inheritdoc cref="AddDeltaRange{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{string}, TValue)"/>
    public static void AddDeltaRange<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<ReadOnlyMemory<byte>> keys, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        KeyRange.OfBytes(phase.Inner, phase.Seed, keys, new KeyRange.AddDeltas<TValue>(new(default, delta)));
    }

    /// <summary>Adds one number per key to the values of many keys. An absent key counts as zero and is
    /// added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="keys">The keys, in any order. The numbers of repeated keys are all added.</param>
    /// <param name="deltas">The number to add to the value of each key, at the index of the key. As long as
    /// <paramref name="keys"/>.</param>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="deltas"/> is not as long as <paramref name="keys"/>, or a
    /// key has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the numbers so far have been added.</exception>
    public static void AddDeltaRange<TValue>(
        this BytesShardMapExclusive<TValue> phase, ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> deltas)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        KeyRange.OfBytes(phase.Inner, phase.Seed, keys, new KeyRange.AddDeltas<TValue>(new(deltas, TValue.Zero)));
    }

    /// <summary>Adds one number to the values of many keys. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="keys">The keys, in any order. The number is added to a repeated key as often as it occurs.</param>
    /// <param name="delta">The number to add to each value.</param>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ArgumentException">A key has more than 32,766 bytes; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the numbers so far have been added.</exception>
    public static void AddDeltaRange<TValue>(
        this BytesShardMapExclusive<TValue> phase, ReadOnlySpan<ReadOnlyMemory<byte>> keys, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        KeyRange.OfBytes(phase.Inner, phase.Seed, keys, new KeyRange.AddDeltas<TValue>(new(default, delta)));
    }
}
