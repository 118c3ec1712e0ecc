namespace FastShardMap.Bench.Keys;

/// <summary>Key sets and access orders, computed before anything is measured.</summary>
internal static class KeyStreams
{
    /// <summary>
    /// Distinct keys in random order: the mixed numbers first … first + count − 1. Ranges that do not overlap give sets
    /// that do not overlap, so misses and never-repeated keys need no bookkeeping.
    /// </summary>
    public static ulong[] Distinct(long first, int count)
    {
        ulong[] keys = new ulong[count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = SplitMix.Mix((ulong)(first + i));
        }

        return keys;
    }

    /// <summary>
    /// Uniform draws from a key set, with repetition: no order a branch predictor could learn by heart.
    /// </summary>
    public static ulong[] Uniform(ulong[] keys, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(keys);
        SplitMix random = new(seed);
        ulong[] stream = new ulong[count];
        for (int i = 0; i < stream.Length; i++)
        {
            stream[i] = keys[(int)random.Below((ulong)keys.Length)];
        }

        return stream;
    }

    /// <summary>Zipfian draws: the key at index r of the set has rank r + 1.</summary>
    public static ulong[] Zipfian(ulong[] keys, int count, double theta, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ZipfGenerator ranks = new(keys.Length, theta, seed);
        ulong[] stream = new ulong[count];
        for (int i = 0; i < stream.Length; i++)
        {
            stream[i] = keys[(int)(ranks.NextRank() - 1)];
        }

        return stream;
    }

    /// <summary>
    /// A share of the draws goes to a small hot part at the front of the set, the others to the rest.
    /// </summary>
    public static ulong[] HotSet(ulong[] keys, int count, double hotKeys, double hotDraws, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(keys);
        SplitMix random = new(seed);
        int hot = Math.Clamp((int)(keys.Length * hotKeys), 1, Math.Max(1, keys.Length - 1));
        ulong[] stream = new ulong[count];
        for (int i = 0; i < stream.Length; i++)
        {
            bool isHot = hot == keys.Length || random.NextDouble() <= hotDraws;
            ulong index = isHot ? random.Below((ulong)hot) : (ulong)hot + random.Below((ulong)(keys.Length - hot));
            stream[i] = keys[(int)index];
        }

        return stream;
    }

    /// <summary>Fisher–Yates.</summary>
    public static void Shuffle<T>(Span<T> items, ulong seed)
    {
        SplitMix random = new(seed);
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)random.Below((ulong)i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
