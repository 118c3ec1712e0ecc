using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>Sweeps of one cache by several threads.</summary>
public sealed class CacheSweepTests
{
    /// <summary>A sweep that began before the time moved may be anywhere in the table, and may read the clock at any
    /// moment. What a later sweep promises does not depend on it.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(86_400 * 300)]
    public void RemoveExpired_BesideOtherSweeps_LeavesNoExpiredEntry(int seconds)
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 4_000, ShardCount = 1, TimeProvider = time });
        bool isOver = false;
        Thread other = new(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                cache.RemoveExpired();
            }
        });
        other.Start();
        try
        {
            for (int round = 0; round < 100; round++)
            {
                for (long key = 0; key < 1_000; key++)
                {
                    cache.Set(key, key, TimeSpan.FromSeconds(1));
                }

                time.Move(TimeSpan.FromSeconds(seconds));
                cache.RemoveExpired();
                Assert.Equal(0, cache.Count);
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            other.Join();
        }
    }
}
