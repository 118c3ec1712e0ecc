using FastShardMap.Operations;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Adds many entries whose keys are absent, on several threads.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added. Must not change during the
    /// call.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>. Must
    /// not change during the call.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads, the calling one included; −1 for one per
    /// processor. There are never more than the map has shards.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>
    /// <para>For loading millions of entries. Each thread writes the keys of its own shards, in the order of the span,
    /// so the threads do not wait for each other. Create the map with the capacity that it will need: growing takes
    /// longer than the writes. The calling thread takes part, and the other threads come from the thread pool. The call
    /// returns when all have finished. Ranges of fewer than 8,192 keys, and calls from a callback of another map, use
    /// the calling thread alone. Allocates a few objects per call.</para>
    /// <para>Each write is linearizable by itself, but the writes of a range do not happen at one instant. If a write
    /// throws, the call throws the same exception after all threads have stopped; some of the other writes have
    /// happened then. Audits and execution contexts see the threads that write, and not the caller.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is 0 or below −1;
    /// nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; some of the
    /// entries have been added.</exception>
    /// <exception cref="ThreadInterruptedException">The calling thread was interrupted while it waited for a shard's
    /// lock; some of the entries have been added.</exception>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, int maxDegreeOfParallelism)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        int parts = _shards.PartsOf(keys.Length, maxDegreeOfParallelism);
        return parts == 1 ? AddEach(keys, values, default) : AddInParts(keys, values, parts);
    }

    /// <summary>Sets the values of many keys, whether they are present or not, on several threads.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value. Must not change
    /// during the call.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>. Must
    /// not change during the call.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads, the calling one included; −1 for one per
    /// processor. There are never more than the map has shards.</param>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue}, int)" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is 0 or below −1;
    /// nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; some of the values
    /// have been set.</exception>
    /// <exception cref="ThreadInterruptedException">The calling thread was interrupted while it waited for a shard's
    /// lock; some of the values have been set.</exception>
    public void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, int maxDegreeOfParallelism)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        int parts = _shards.PartsOf(keys.Length, maxDegreeOfParallelism);
        if (parts == 1)
        {
            SetRange(keys, values);
        }
        else
        {
            SetInParts(keys, values, parts);
        }
    }

    private unsafe int AddInParts(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, int parts)
    {
        _shards.ThrowIfDisposed();
        int length = keys.Length;
        int added;
        fixed (TKey* pinnedKeys = keys)
        fixed (TValue* pinnedValues = values)
        {
            TKey* firstKey = pinnedKeys;
            TValue* firstValue = pinnedValues;
            added = ParallelParts.Run(parts, (all, part) =>
            {
                AddRange<TValue> range = new(new ReadOnlySpan<TValue>(firstValue, length), default);
                _shards.WritePart<GetOrAddOperation<TValue>, AddRange<TValue>>(
                    new ReadOnlySpan<TKey>(firstKey, length), part, parts, all, ref range);
                return range.Count;
            });
        }

        GC.KeepAlive(this);
        return added;
    }

    private unsafe void SetInParts(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, int parts)
    {
        _shards.ThrowIfDisposed();
        int length = keys.Length;
        fixed (TKey* pinnedKeys = keys)
        fixed (TValue* pinnedValues = values)
        {
            TKey* firstKey = pinnedKeys;
            TValue* firstValue = pinnedValues;
            ParallelParts.Run(parts, (all, part) =>
            {
                StoreRange<TValue> range = new(new ReadOnlySpan<TValue>(firstValue, length));
                _shards.WritePart<StoreOperation<TValue>, StoreRange<TValue>>(
                    new ReadOnlySpan<TKey>(firstKey, length), part, parts, all, ref range);
                return 0;
            });
        }

        GC.KeepAlive(this);
    }
}
