using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>Which entries stay: exactly those of the model, and as large a share of hits as the policy
/// promises.</summary>
public sealed class CachePolicyTests
{
    private const long FixedTraceHits = 42785;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(50)]
    [InlineData(313)]
    [InlineData(1000)]
    public void Entries_RandomGetsAndSets_AreThoseOfTheModel(int limit)
    {
        Random random = new(TestSeed.For($"{nameof(Entries_RandomGetsAndSets_AreThoseOfTheModel)}{limit}"));
        using ShardCache<long, long> cache = new(new ShardCacheOptions { MaxEntries = limit, ShardCount = 1 });
        PolicyModel model = new(limit, key => cache.Shards.Hash(key));
        long hits = 0;
        for (int step = 0; step < 60_000; step++)
        {
            // Loops, scans and favourites, so that both rings and their ghosts have something to do.
            long key = random.Next(4) switch
            {
                0 => step % (limit * 2),
                1 => step,
                _ => (long)(limit * 3 * Math.Pow(random.NextDouble(), 3)),
            };
            bool found = cache.TryGetValue(key, out long value);
            Assert.Equal(model.TryGet(key), found);
            Assert.Equal(found ? key + 1 : 0, value);
            hits += found ? 1 : 0;
            if (!found || random.Next(8) == 0)
            {
                cache.Set(key, key + 1);
                model.Set(key);
            }

            Assert.True(cache.Count <= limit);
        }

        ShardCacheStatistics statistics = cache.GetStatistics();
        Assert.Equal(model.Keys.Order(), cache.Select(static entry => entry.Key).Order());
        Assert.Equal(
            (model.Hits, model.Evicted, model.Forced, model.GhostHits),
            (hits, statistics.EvictedForEntries, statistics.ForcedEvictions, statistics.GhostHits));
        Assert.Equal(model.SmallShare, statistics.SmallShare, 12);
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void Entries_RemovedAndExpiredToo_KeepOnePlaceEach()
    {
        Random random = new(TestSeed.For(nameof(Entries_RemovedAndExpiredToo_KeepOnePlaceEach)));
        ManualTime time = new();
        for (int limit = 1; limit < 3000; limit = (limit * 3) + 1)
        {
            using ShardCache<long, long> cache =
                new(new ShardCacheOptions { MaxEntries = limit, ShardCount = 4, TimeProvider = time });
            for (int step = 0; step < 20_000; step++)
            {
                long key = random.Next(limit * 3);
                switch (random.Next(16))
                {
                    case < 6:
                        cache.TryGetValue(key, out _);
                        break;
                    case < 11:
                        cache.Set(key, step);
                        break;
                    case < 13:
                        cache.Set(key, step, TimeSpan.FromMilliseconds(random.Next(1, 2000)));
                        break;
                    case 13:
                        cache.TryRemove(key, out _);
                        break;
                    case 14:
                        time.Move(TimeSpan.FromMilliseconds(random.Next(20)));
                        break;
                    default:
                        RareOperation(cache, random);
                        break;
                }

                Assert.True(cache.Count <= limit);
            }

            CacheSums.AssertAddUp(cache.GetStatistics);
            Assert.Empty(cache.FindViolations());
        }
    }

    [Fact]
    public void Trim_FullCache_EvictsWhatInsertsWouldEvict()
    {
        using ShardCache<long, long> cache = new(new ShardCacheOptions { MaxEntries = 1000, ShardCount = 1 });
        for (long key = 0; key < 1000; key++)
        {
            cache.Set(key, key);
        }

        for (int round = 0; round < 3; round++)
        {
            for (long key = 5; key < 1000; key += 10)
            {
                Assert.True(cache.TryGetValue(key, out _));
            }
        }

        Assert.Equal(800, cache.Trim(800));
        Assert.Equal(200, cache.Count);
        Assert.All(Enumerable.Range(0, 100), key => Assert.True(cache.ContainsKey((key * 10) + 5)));
        Assert.Equal(200, cache.Trim(long.MaxValue));
        Assert.Equal(0, cache.Trim(1));
        Assert.Equal(1000, cache.GetStatistics().Trimmed);
        Assert.Empty(cache.FindViolations());
    }

    /// <summary>A fixed trace and a fixed seed: the number of hits changes only with the policy.</summary>
    [Fact]
    public void Hits_OfAFixedTrace_AreExactlyTheSame()
    {
        using ShardCache<long, long> cache = new(new ShardCacheOptions
        {
            MaxEntries = 1000,
            ShardCount = 1,
            Seed = new HashSeed(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03),
        });
        ulong state = 42;
        long hits = 0;
        for (int request = 0; request < 100_000; request++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            double uniform = (state >> 11) / (double)(1L << 53);
            long key = (long)(20_000 * uniform * uniform * uniform * uniform); // products only: the same everywhere
            if (cache.TryGetValue(key, out _))
            {
                hits++;
            }
            else
            {
                cache.Set(key, key);
            }
        }

        Assert.Equal(FixedTraceHits, hits);
    }

    private static void RareOperation(ShardCache<long, long> cache, Random random)
    {
        switch (random.Next(200))
        {
            case 0:
                cache.Clear();
                break;
            case 1:
                cache.RemoveExpired();
                break;
            case < 10:
                cache.Trim(random.Next(20));
                break;
            default:
                break;
        }
    }
}
