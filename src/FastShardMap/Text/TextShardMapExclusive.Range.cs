using FastShardMap.Text;

namespace FastShardMap;

public sealed partial class TextShardMapExclusive<TValue>
{
    /// <summary>Gets the values of many keys.</summary>
    /// <param name="keys">The keys, in any order. Keys may be repeated.</param>
    /// <param name="values">Receives the value of each key at the index of the key, or default if the key is absent. At
    /// least as long as <paramref name="keys"/>.</param>
    /// <param name="found">Receives whether each key is present. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of keys found.</returns>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is too short, or a key
    /// is null or has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    public int TryGetValues(ReadOnlySpan<string> keys, Span<TValue> values, Span<bool> found)
    {
        MapErrors.ThrowIfShorter(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(found.Length, keys.Length, nameof(found));
        return KeyRange.OfText(_phase, _seed, keys, new KeyRange.Get<TValue>(values, found));
    }

    /// <inheritdoc cref="TryGetValues(ReadOnlySpan{string}, Span{TValue}, Span{bool})"/>
    public int TryGetValues(ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<TValue> values, Span<bool> found)
    {
        MapErrors.ThrowIfShorter(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(found.Length, keys.Length, nameof(found));
        return KeyRange.OfBytes(_phase, _seed, keys, new KeyRange.Get<TValue>(values, found));
    }

    /// <summary>Adds many entries whose keys are absent.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, or a
    /// key is null or has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    public int TryAddRange(ReadOnlySpan<string> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        return KeyRange.OfText(_phase, _seed, keys, new KeyRange.Add<TValue>(values));
    }

    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{string}, ReadOnlySpan{TValue})"/>
    public int TryAddRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        return KeyRange.OfBytes(_phase, _seed, keys, new KeyRange.Add<TValue>(values));
    }

    /// <summary>Adds many entries whose keys are absent, and reports which of them were added.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <param name="added">Receives whether each key was added. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>,
    /// <paramref name="added"/> is too short, or a key is null or has more than 32,766 bytes; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    public int TryAddRange(ReadOnlySpan<string> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return KeyRange.OfText(_phase, _seed, keys, new KeyRange.AddAndReport<TValue>(values, added));
    }

    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{string}, ReadOnlySpan{TValue}, Span{bool})"/>
    public int TryAddRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return KeyRange.OfBytes(_phase, _seed, keys, new KeyRange.AddAndReport<TValue>(values, added));
    }

    /// <summary>Sets the values of many keys, whether they are present or not.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, or a
    /// key is null or has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the writes so far have happened.</exception>
    public void SetRange(ReadOnlySpan<string> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        KeyRange.OfText(_phase, _seed, keys, new KeyRange.Set<TValue>(values));
    }

    /// <inheritdoc cref="SetRange(ReadOnlySpan{string}, ReadOnlySpan{TValue})"/>
    public void SetRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        KeyRange.OfBytes(_phase, _seed, keys, new KeyRange.Set<TValue>(values));
    }

    /// <summary>Removes many entries.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <returns>The number of entries removed.</returns>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException">A key is null or has more than 32,766 bytes; nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    public int TryRemoveRange(ReadOnlySpan<string> keys)
    {
        return KeyRange.OfText(_phase, _seed, keys, default(KeyRange.Remove<TValue>));
    }

    /// <inheritdoc cref="TryRemoveRange(ReadOnlySpan{string})"/>
    public int TryRemoveRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys)
    {
        return KeyRange.OfBytes(_phase, _seed, keys, default(KeyRange.Remove<TValue>));
    }

    /// <summary>Removes many entries, and reports which of them were present.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <param name="removed">Receives whether each key was removed. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries removed.</returns>
    /// <remarks>The keys are written in the order of the span. If a write throws, the writes before it have happened,
    /// and those after it have not. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="removed"/> is too short, or a key is null or has more than
    /// 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback; nothing has
    /// changed.</exception>
    public int TryRemoveRange(ReadOnlySpan<string> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return KeyRange.OfText(_phase, _seed, keys, new KeyRange.RemoveAndReport<TValue>(removed));
    }

    /// <inheritdoc cref="TryRemoveRange(ReadOnlySpan{string}, Span{bool})"/>
    public int TryRemoveRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return KeyRange.OfBytes(_phase, _seed, keys, new KeyRange.RemoveAndReport<TValue>(removed));
    }
}
