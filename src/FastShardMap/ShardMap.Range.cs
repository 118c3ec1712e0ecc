using FastShardMap.Operations;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Adds many entries whose keys are absent, and overlaps the memory latencies of the writes. In maps
    /// larger than the caches, this has several times the throughput of single writes.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>
    /// <para>The entries are written in the order of the span. Each write is linearizable by itself, but the writes of
    /// a range do not happen at one instant. Allocates nothing.</para>
    /// <para>If the write of an entry throws, the writes before it have happened, and those after it have not. A hasher
    /// of your own runs up to 16 keys ahead of the writes, so if it throws, up to 16 writes before its key have not
    /// happened either.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the entries so far
    /// have been added.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// entries so far have been added.</exception>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        return AddEach(keys, values, default);
    }

    /// <summary>Adds many entries whose keys are absent, and reports which of them were added.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <param name="added">Receives whether each key was added. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, or
    /// <paramref name="added"/> is too short; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the entries so far
    /// have been added.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// entries so far have been added.</exception>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return AddEach(keys, values, added);
    }

    /// <summary>Sets the values of many keys, whether they are present or not, and overlaps the memory latencies of the
    /// writes. In maps larger than the caches, this has several times the throughput of single writes.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the values so far
    /// have been set.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// values so far have been set.</exception>
    public void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        StoreRange<TValue> range = new(values);
        _shards.WriteRange<StoreOperation<TValue>, StoreRange<TValue>>(keys, ref range);
        GC.KeepAlive(this);
    }

    /// <summary>Removes many entries, and overlaps the memory latencies of the writes. In maps larger than the caches,
    /// this has several times the throughput of single writes.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <returns>The number of entries removed.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited for a shard's lock; the
    /// entries so far have been removed.</exception>
    public int TryRemoveRange(ReadOnlySpan<TKey> keys) => RemoveEach(keys, default);

    /// <summary>Removes many entries, and reports which of them were present.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <param name="removed">Receives whether each key was removed. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries removed.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="removed"/> is too short; nothing has changed.</exception>
    /// <inheritdoc cref="TryRemoveRange(ReadOnlySpan{TKey})" path="/exception"/>
    public int TryRemoveRange(ReadOnlySpan<TKey> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return RemoveEach(keys, removed);
    }

    /// <summary>Starts to load the part of the map in which a key is searched first, and does not wait for it. An
    /// operation on the key some 50 to 200 nanoseconds later then finds this memory in the cache.</summary>
    /// <param name="key">The key, which need not be present.</param>
    /// <remarks>For callers who interleave several operations of their own; the members for many keys, such as
    /// <see cref="TryGetValues"/> and <see cref="SetRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})"/>, do this
    /// themselves. Changes nothing that can be observed, and gains nothing in maps that fit the caches. Does nothing on
    /// processors for which .NET has no such instruction (all but x86 and x64). Allocates nothing. May be called from
    /// callbacks.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public void Prefetch(TKey key)
    {
        _shards.ThrowIfDisposed();
        _shards.Prefetch(key);
        GC.KeepAlive(this);
    }

    private int AddEach(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        AddRange<TValue> range = new(values, added);
        _shards.WriteRange<GetOrAddOperation<TValue>, AddRange<TValue>>(keys, ref range);
        GC.KeepAlive(this);
        return range.Count;
    }

    private int RemoveEach(ReadOnlySpan<TKey> keys, Span<bool> removed)
    {
        RemoveRange<TValue> range = new(removed);
        _shards.WriteRange<RemoveOperation<TValue>, RemoveRange<TValue>>(keys, ref range);
        GC.KeepAlive(this);
        return range.Count;
    }
}
