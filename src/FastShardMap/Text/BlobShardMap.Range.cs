using System.Buffers;
using FastShardMap.Text;

namespace FastShardMap;

public sealed partial class BlobShardMap
{
    /// <summary>Writes the values of many keys to a buffer writer, one behind the other, and overlaps the memory
    /// latencies of the lookups.</summary>
    /// <param name="keys">The keys, in any order. Keys may be repeated.</param>
    /// <param name="destination">Receives the bytes of the values of the keys that are present, in the order of the
    /// keys.</param>
    /// <param name="lengths">Receives the length of the value of each key at the index of the key, or -1 if the key is
    /// absent. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of keys found.</returns>
    /// <remarks>Each lookup is linearizable by itself, and its value is never torn, but the lookups of a batch do not
    /// happen at one instant. The writer is asked for room while no lock is held. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="lengths"/> is too short, or a key is null or has more than
    /// 32,766 bytes in UTF-8; nothing has been written.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The writer returned a shorter span than it was asked
    /// for.</exception>
    public int TryGetValues(ReadOnlySpan<string> keys, IBufferWriter<byte> destination, Span<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(destination);
        MapErrors.ThrowIfShorter(lengths.Length, keys.Length, nameof(lengths));
        return KeyRange.OfText(_map, _seed, keys, new BlobRange.Get<Source>(new(this), destination, lengths));
    }

    /// <inheritdoc cref="TryGetValues(ReadOnlySpan{string}, IBufferWriter{byte}, Span{int})"/>
    public int TryGetValues(ReadOnlySpan<ReadOnlyMemory<byte>> keys, IBufferWriter<byte> destination, Span<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(destination);
        MapErrors.ThrowIfShorter(lengths.Length, keys.Length, nameof(lengths));
        return KeyRange.OfBytes(_map, _seed, keys, new BlobRange.Get<Source>(new(this), destination, lengths));
    }

    /// <summary>Adds many entries whose keys are absent.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The bytes of the value of each key, at the index of the key, which are copied. As long as
    /// <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing, unless the memory of a value can be pinned only by an allocation.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, a value
    /// has more than 1,073,741,824 bytes, or a key is null or has more than 32,766 bytes in UTF-8; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has changed. Or
    /// the memory of a value has no address; the writes so far have happened.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for an entry, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public int TryAddRange(ReadOnlySpan<string> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        return KeyRange.OfText(_map, _seed, keys, new BlobRange.Add(values, default));
    }

    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{string}, ReadOnlySpan{ReadOnlyMemory{byte}})"/>
    public int TryAddRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        return KeyRange.OfBytes(_map, _seed, keys, new BlobRange.Add(values, default));
    }

    /// <summary>Adds many entries whose keys are absent, and reports which of them were added.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The bytes of the value of each key, at the index of the key, which are copied. As long as
    /// <paramref name="keys"/>.</param>
    /// <param name="added">Receives whether each key was added. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing, unless the memory of a value can be pinned only by an allocation.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, a value
    /// has more than 1,073,741,824 bytes, <paramref name="added"/> is too short, or a key is null or has more than
    /// 32,766 bytes in UTF-8; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has changed. Or
    /// the memory of a value has no address; the writes so far have happened.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for an entry, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public int TryAddRange(ReadOnlySpan<string> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return KeyRange.OfText(_map, _seed, keys, new BlobRange.Add(values, added));
    }

    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{string}, ReadOnlySpan{ReadOnlyMemory{byte}}, Span{bool})"/>
    public int TryAddRange(
        ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return KeyRange.OfBytes(_map, _seed, keys, new BlobRange.Add(values, added));
    }

    /// <summary>Sets the values of many keys, whether they are present or not.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value.</param>
    /// <param name="values">The bytes of the value of each key, at the index of the key, which are copied. As long as
    /// <paramref name="keys"/>.</param>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing, unless the memory of a value can be pinned only by an allocation.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, a value
    /// has more than 1,073,741,824 bytes, or a key is null or has more than 32,766 bytes in UTF-8; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has changed. Or
    /// the memory of a value has no address; the writes so far have happened.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for an entry, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public void SetRange(ReadOnlySpan<string> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        KeyRange.OfText(_map, _seed, keys, new BlobRange.Set(values));
    }

    /// <inheritdoc cref="SetRange(ReadOnlySpan{string}, ReadOnlySpan{ReadOnlyMemory{byte}})"/>
    public void SetRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<ReadOnlyMemory<byte>> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        BlobRange.ThrowIfAnyIsTooLong(values, nameof(values));
        KeyRange.OfBytes(_map, _seed, keys, new BlobRange.Set(values));
    }

    /// <summary>Removes many entries.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <returns>The number of entries removed.</returns>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException">A key is null or has more than 32,766 bytes in UTF-8; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public int TryRemoveRange(ReadOnlySpan<string> keys) =>
        KeyRange.OfText(_map, _seed, keys, new BlobRange.Remove(default));

    /// <inheritdoc cref="TryRemoveRange(ReadOnlySpan{string})"/>
    public int TryRemoveRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys) =>
        KeyRange.OfBytes(_map, _seed, keys, new BlobRange.Remove(default));

    /// <summary>Removes many entries, and reports which keys were present.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <param name="removed">Receives whether each key was present. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries removed.</returns>
    /// <remarks>The keys are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. If a write throws, the writes before it have happened, and those after it
    /// have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="removed"/> is too short, or a key is null or has more than
    /// 32,766 bytes in UTF-8; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// writes so far have happened.</exception>
    public int TryRemoveRange(ReadOnlySpan<string> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return KeyRange.OfText(_map, _seed, keys, new BlobRange.Remove(removed));
    }

    /// <inheritdoc cref="TryRemoveRange(ReadOnlySpan{string}, Span{bool})"/>
    public int TryRemoveRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return KeyRange.OfBytes(_map, _seed, keys, new BlobRange.Remove(removed));
    }
}
