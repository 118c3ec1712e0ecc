using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class AuditedBytesShardMap<TValue>
{
    /// <summary>Gets the values of many keys. Each lookup is recorded as a hit or a miss.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">Receives the value of each key; default for absent keys. At least as long as
    /// <paramref name="keys"/>.</param>
    /// <param name="found">Receives whether each key is present. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of keys that are present.</returns>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is too short, or a key
    /// has more than 32,766 bytes; nothing was looked up.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public int TryGetValues(ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<TValue> values, Span<bool> found)
    {
        MapErrors.ThrowIfShorter(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(found.Length, keys.Length, nameof(found));
        return KeyRange.OfBytes(Map.Inner, _seed, keys, new AuditedRange.Get<TValue>(_operations, values, found));
    }

    /// <summary>Adds many entries whose keys are absent. Each write is recorded as an addition or a refused
    /// write.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>The entries are written one after the other. If the write of an entry throws, the writes before it have
    /// happened and are recorded, and those after it have not. Writes of a range are not faster here than single
    /// writes, because each of them is recorded.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, or a
    /// key has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the entries so far have been written.</exception>
    public int TryAddRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        return KeyRange.OfBytes(Map.Inner, _seed, keys, new AuditedRange.Add<TValue>(_operations, values, default));
    }

    /// <summary>Adds many entries whose keys are absent, and reports which of them were added. Each write is recorded
    /// as an addition or a refused write.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <param name="added">Receives whether each key was added. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{ReadOnlyMemory{byte}}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>,
    /// <paramref name="added"/> is too short, or a key has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for a key, and the memory cannot be
    /// allocated; the entries so far have been written.</exception>
    public int TryAddRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return KeyRange.OfBytes(Map.Inner, _seed, keys, new AuditedRange.Add<TValue>(_operations, values, added));
    }

    /// <summary>Sets the values of many keys, whether they are present or not. Each write is recorded as an addition or
    /// an update.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{ReadOnlyMemory{byte}}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{ReadOnlyMemory{byte}}, ReadOnlySpan{TValue})" path="/exception"/>
    public void SetRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        KeyRange.OfBytes(Map.Inner, _seed, keys, new AuditedRange.Set<TValue>(_operations, values));
    }

    /// <summary>Removes many entries. Each write is recorded as a removal or a refused write.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <returns>The number of entries removed.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{ReadOnlyMemory{byte}}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException">A key has more than 32,766 bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    public int TryRemoveRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys) =>
        KeyRange.OfBytes(Map.Inner, _seed, keys, new AuditedRange.Remove<TValue>(_operations, default));

    /// <summary>Removes many entries, and reports which of them were present. Each write is recorded as a removal or a
    /// refused write.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <param name="removed">Receives whether each key was removed. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries removed.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{ReadOnlyMemory{byte}}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="removed"/> is too short, or a key has more than 32,766
    /// bytes; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    public int TryRemoveRange(ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return KeyRange.OfBytes(Map.Inner, _seed, keys, new AuditedRange.Remove<TValue>(_operations, removed));
    }
}
