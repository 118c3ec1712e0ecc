namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Lookups under way at once: enough to cover the latency of memory, few enough for the core's miss
    /// buffers (source: CompareBench, batched hits at 10 M).</summary>
    private const int BatchWindow = 16;

    /// <summary>Looks many keys up, each prefetched <see cref="BatchWindow"/> keys ahead of its turn.</summary>
    /// <returns>How many were found.</returns>
    public readonly int TryReadBatch(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        ulong* hashes = stackalloc ulong[BatchWindow];
        int hits = 0;
        for (int i = 0; i < keys.Length + BatchWindow; i++)
        {
            int slot = i % BatchWindow;
            int due = i - BatchWindow;
            if (due >= 0)
            {
                if (!TryReadHome(keys[due], hashes[slot], out TValue value, out bool hit))
                {
                    hit = TryRead(keys[due], hashes[slot], out value);
                }

                values[due] = value;
                found[due] = hit;
                hits += hit ? 1 : 0;
            }

            if (i < keys.Length)
            {
                ulong hash = Hash(keys[i]);
                hashes[slot] = hash;
                Prefetch(ViewOf(hash), hash);
            }
        }

        return hits;
    }
}
