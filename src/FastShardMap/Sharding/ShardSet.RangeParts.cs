using System.Numerics;
using FastShardMap.Operations;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Keys that one thread takes from the range at once. They, their hashes and their indexes are kept on the
    /// stack.</summary>
    private const int MaxKeysPerBlock = 512;

    /// <summary>Bytes of keys per block at most.</summary>
    private const int MaxBlockBytes = 16 * 1024;

    /// <summary>Ranges of fewer keys per thread are not worth waking a thread.</summary>
    private const int MinKeysPerPart = 4096;

    private static int KeysPerBlock => Math.Clamp(MaxBlockBytes / sizeof(TKey), 1, MaxKeysPerBlock);

    /// <summary>Returns into how many parts a range of this many keys is divided.</summary>
    /// <param name="keys">The number of keys.</param>
    /// <param name="maxDegreeOfParallelism">The maximum number of threads; −1 for one per processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is 0 or below
    /// −1.</exception>
    public readonly int PartsOf(int keys, int maxDegreeOfParallelism)
    {
        if (maxDegreeOfParallelism is 0 or < -1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxDegreeOfParallelism),
                maxDegreeOfParallelism,
                "The number of threads must be above 0, or −1 for one per processor.");
        }

        // Another thread would wait for the lock that the caller of this thread's callback holds, and could not be
        // told that it waits for this thread.
        if (ThreadState.Current.CallbackDepth != 0)
        {
            return 1;
        }

        int threads = maxDegreeOfParallelism < 0 ? Environment.ProcessorCount : maxDegreeOfParallelism;
        return Math.Clamp(keys / MinKeysPerPart, 1, Math.Min(threads, ShardCount));
    }

    /// <summary>Performs the writes of one part of a range: those of a part of the shards. Every part reads all keys,
    /// so the writes to one key happen in the order of the range, and parts do not wait for each other.</summary>
    /// <remarks>If a write throws, other writes of the range may have happened or not.</remarks>
    /// <inheritdoc cref="WriteRange" path="/exception"/>
    public readonly void WritePart<TOperation, TRange>(
        ReadOnlySpan<TKey> keys, int part, int parts, ParallelParts all, ref TRange range)
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
    {
        ThrowIfDisposed();
        ThreadState thread = EnterThread();
        TKey* own = stackalloc TKey[KeysPerBlock];
        ulong* hashes = stackalloc ulong[KeysPerBlock];
        int* indexes = stackalloc int[KeysPerBlock];
        for (int from = 0; from < keys.Length && !all.IsStopped; from += KeysPerBlock)
        {
            int end = Math.Min(keys.Length, from + KeysPerBlock);
            int count = 0;
            for (int i = from; i < end; i++)
            {
                // Every key is stored, and the next one overwrites it unless it belongs to this part: a branch would be
                // mispredicted half the time. The keys are copied for the reason given at WriteWindowed.
                own[count] = keys[i];
                ulong hash = Hash(own[count]);
                hashes[count] = hash;
                indexes[count] = i;
                count += PartOf(hash, parts) == part ? 1 : 0;
            }

            WriteBlock<TOperation, TRange>(thread, new Block(own, hashes, indexes, count), ref range);
        }
    }

    private readonly void WriteBlock<TOperation, TRange>(ThreadState thread, Block block, ref TRange range)
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
    {
        int ahead = Math.Min(BatchWindow, block.Count);
        for (int i = 0; i < ahead; i++)
        {
            ShardFor(block.Hashes[i]).Prefetch(block.Hashes[i]);
        }

        for (int i = 0; i < block.Count; i++, ahead++)
        {
            if (ahead < block.Count)
            {
                ShardFor(block.Hashes[ahead]).Prefetch(block.Hashes[ahead]);
            }

            WriteElement<TOperation, TRange>(thread, block.Hashes[i], block.Keys[i], block.Indexes[i], ref range);
        }
    }

    // Neighboring shards go together; the product divides them evenly for any number of parts.
    private readonly int PartOf(ulong hash, int parts) =>
        (int)(((uint)ShardOf(hash) * (uint)parts) >> BitOperations.Log2((uint)ShardCount));

    /// <summary>Keys of one part, with their hashes and their indexes in the range.</summary>
    private readonly struct Block(TKey* keys, ulong* hashes, int* indexes, int count)
    {
        public readonly TKey* Keys = keys;
        public readonly ulong* Hashes = hashes;
        public readonly int* Indexes = indexes;
        public readonly int Count = count;
    }
}
