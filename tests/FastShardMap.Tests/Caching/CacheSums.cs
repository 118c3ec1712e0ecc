namespace FastShardMap.Tests.Caching;

/// <summary>The figures of a cache, which add up while no thread writes.</summary>
internal static class CacheSums
{
    /// <summary>Requires that each entry that was added is there or has left for one cause.</summary>
    /// <param name="read">Reads the figures.</param>
    public static void AssertAddUp(Func<ShardCacheStatistics> read)
    {
        // A sweep may still run in the background, and the figures are read one after the other.
        long difference = 0;
        SpinWait.SpinUntil(() => (difference = Difference(read())) == 0, TimeSpan.FromMinutes(1));
        Assert.Equal(0, difference);
    }

    /// <summary>The number of entries that have left, for whatever cause.</summary>
    public static long Left(ShardCacheStatistics statistics) =>
        statistics.Removed + statistics.Expired + statistics.Trimmed + statistics.EvictedForEntries
            + statistics.EvictedForBytes;

    private static long Difference(ShardCacheStatistics statistics) =>
        statistics.Added - statistics.Count - Left(statistics);
}
