namespace FastShardMap.Inspector.Tracing;

/// <summary>Joins waits into chains: A waits for B while B waits for C.</summary>
internal static class BlockingChains
{
    /// <summary>
    /// The longest chain; longer ones are cut. A cycle, which the library itself resolves, also ends here.
    /// </summary>
    private const int MaxHops = 16;

    /// <summary>All chains, including those of one hop, the most expensive first.</summary>
    public static List<BlockingChain> From(IReadOnlyList<WaitSegment> segments)
    {
        Dictionary<int, WaitSegment[]> byWaiter = segments
            .GroupBy(segment => segment.Waiter)
            .ToDictionary(group => group.Key, group => group.OrderBy(segment => segment.Start).ToArray());
        Dictionary<string, BlockingChain> chains = new(StringComparer.Ordinal);
        foreach (WaitSegment segment in segments)
        {
            Extend([segment], segment.Start, segment.End, byWaiter, chains);
        }

        return [.. chains.Values.OrderByDescending(chain => chain.Cost).ThenByDescending(chain => chain.Hops)];
    }

    private static void Extend(
        List<WaitSegment> chain,
        TimeSpan start,
        TimeSpan end,
        Dictionary<int, WaitSegment[]> byWaiter,
        Dictionary<string, BlockingChain> chains)
    {
        TimeSpan unexplained = end - start;
        if (chain.Count < MaxHops && byWaiter.TryGetValue(chain[^1].Owner, out WaitSegment[]? next))
        {
            for (int i = FirstEndingAfter(next, start); i < next.Length && next[i].Start < end; i++)
            {
                TimeSpan from = next[i].Start > start ? next[i].Start : start;
                TimeSpan to = next[i].End < end ? next[i].End : end;

                // The owner of a lock does not wait for it; such an overlap comes from a late event.
                bool isSameLock = next[i].Map == chain[^1].Map && next[i].Shard == chain[^1].Shard;
                if (to > from && !isSameLock && !chain.Exists(hop => hop.Waiter == next[i].Waiter))
                {
                    unexplained -= to - from;
                    Extend([.. chain, next[i]], from, to, byWaiter, chains);
                }
            }
        }

        // For the rest of the time, the last owner did not wait, so the chain ends with it.
        if (unexplained > TimeSpan.Zero)
        {
            Record(chain, unexplained, chains);
        }
    }

    private static void Record(List<WaitSegment> chain, TimeSpan time, Dictionary<string, BlockingChain> chains)
    {
        string key = string.Join('|', chain.Select(hop => $"{hop.Waiter}@{hop.Map:x}/{hop.Shard}>{hop.Owner}"));
        chains[key] = chains.TryGetValue(key, out BlockingChain? known)
            ? known with
            {
                Count = known.Count + 1,
                Total = known.Total + time,
                Longest = time > known.Longest ? time : known.Longest,
                Waits = time > known.Longest ? chain : known.Waits,
            }
            : new BlockingChain(chain, 1, time, time);
    }

    // The waits of a thread do not overlap, so their ends are in the same order as their starts.
    private static int FirstEndingAfter(WaitSegment[] waits, TimeSpan time)
    {
        int low = 0;
        int high = waits.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (waits[middle].End <= time)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
