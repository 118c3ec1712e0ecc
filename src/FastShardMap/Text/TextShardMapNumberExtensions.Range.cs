using System.Numerics;
using FastShardMap.Text;

namespace FastShardMap;

public static partial class TextShardMapNumberExtensions
{
    /// <summary>Adds one number per key to the values of many keys, and overlaps the memory latencies of the writes,
    /// also those of the bytes of long keys. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="keys">The keys, in any order. The numbers of repeated keys are all added.</param>
    /// <param name="deltas">The number to add to the value of each key, at the index of the key. As long as <paramref
    /// name="keys"/>.</param>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="deltas"/> is not as long as <paramref name="keys"/>, or a
    /// key is null or has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public static void AddDeltaRange<TValue>(
        this TextShardMap<TValue> map, ReadOnlySpan<string> keys, ReadOnlySpan<TValue> deltas)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        KeyRange.OfText(map.Inner, map.Seed, keys, new KeyRange.AddDeltas<TValue>(new(deltas, TValue.Zero)));
    }

    /// <inheritdoc cref="AddDeltaRange{TValue}(TextShardMap{TValue}, ReadOnlySpan{string}, ReadOnlySpan{TValue})"/>
    public static void AddDeltaRange<TValue>(
        this TextShardMap<TValue> map, ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> deltas)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        KeyRange.OfBytes(map.Inner, map.Seed, keys, new KeyRange.AddDeltas<TValue>(new(deltas, TValue.Zero)));
    }

    /// <summary>Adds one number to the values of many keys, and overlaps the memory latencies of the writes, also those
    /// of the bytes of long keys. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="keys">The keys, in any order. The number is added to a repeated key as often as it occurs.</param>
    /// <param name="delta">The number to add to each value.</param>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException">A key is null or has more than 32,766 bytes; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public static void AddDeltaRange<TValue>(this TextShardMap<TValue> map, ReadOnlySpan<string> keys, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        KeyRange.OfText(map.Inner, map.Seed, keys, new KeyRange.AddDeltas<TValue>(new(default, delta)));
    }

    /// <inheritdoc cref="AddDeltaRange{TValue}(TextShardMap{TValue}, ReadOnlySpan{string}, TValue)"/>
    public static void AddDeltaRange<TValue>(
        this TextShardMap<TValue> map, ReadOnlySpan<ReadOnlyMemory<byte>> keys, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        KeyRange.OfBytes(map.Inner, map.Seed, keys, new KeyRange.AddDeltas<TValue>(new(default, delta)));
    }

    /// <summary>Adds one number per key to the values of many keys, and overlaps the memory latencies of the writes,
    /// also those of the bytes of long keys. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="keys">The keys, in any order. The numbers of repeated keys are all added.</param>
    /// <param name="deltas">The number to add to the value of each key, at the index of the key. As long as <paramref
    /// name="keys"/>.</param>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="deltas"/> is not as long as <paramref name="keys"/>, or a
    /// key is null or has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public static void AddDeltaRange<TValue>(
        this BytesShardMap<TValue> map, ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> deltas)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        MapErrors.ThrowIfLengthDiffers(deltas.Length, keys.Length, nameof(deltas));
        KeyRange.OfBytes(map.Inner, map.Seed, keys, new KeyRange.AddDeltas<TValue>(new(deltas, TValue.Zero)));
    }

    /// <summary>Adds one number to the values of many keys, and overlaps the memory latencies of the writes, also those
    /// of the bytes of long keys. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="keys">The keys, in any order. The number is added to a repeated key as often as it occurs.</param>
    /// <param name="delta">The number to add to each value.</param>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ArgumentException">A key is null or has more than 32,766 bytes; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public static void AddDeltaRange<TValue>(
        this BytesShardMap<TValue> map, ReadOnlySpan<ReadOnlyMemory<byte>> keys, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        KeyRange.OfBytes(map.Inner, map.Seed, keys, new KeyRange.AddDeltas<TValue>(new(default, delta)));
    }
}
