using FastShardMap.Tests.Support;
using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>Many caches, races of all operations, and operations during and after Dispose.</summary>
public sealed class CacheLifetimeTests
{
    private static readonly (string Name, Action<Cache, long> Call)[] s_operations =
    [
        ("TryGetValue", static (cache, key) => cache.TryGetValue(key, out _)),
        ("TryGetValue, remaining", static (cache, key) => cache.TryGetValue(key, out _, out _)),
        ("TryPeek", static (cache, key) => cache.TryPeek(key, out _)),
        ("Set", static (cache, key) => cache.Set(key, key)),
        ("Set, timeToLive", static (cache, key) => cache.Set(key, key, TimeSpan.FromMilliseconds(1 + (key & 31)))),
        ("TryAdd", static (cache, key) => cache.TryAdd(key, key)),
        ("GetOrAdd", static (cache, key) => cache.GetOrAdd(key, static key => key)),
        ("GetOrAddAsync", static (cache, key) => cache.GetOrAddAsync(key, static (k, _) => new ValueTask<long>(k))
            .AsTask().GetAwaiter().GetResult()),
        ("TryUpdate", static (cache, key) => cache.TryUpdate(key, key, key)),
        ("TryUpdate, delegate", static (cache, key) => cache.TryUpdate(key, static (ref long _, int _) => { }, 0)),
        ("TryRemove", static (cache, key) => cache.TryRemove(key, out _)),
        ("Trim", static (cache, key) => cache.Trim(key & 7)),
        ("RemoveExpired", static (cache, _) => cache.RemoveExpired()),
        ("Clear", static (cache, _) => cache.Clear()),
        ("Count", static (cache, _) => _ = cache.Count),
        ("GetStatistics", static (cache, _) => cache.GetStatistics()),
        ("Save", static (cache, _) => cache.Save(Stream.Null)),
        ("GetEnumerator", static (cache, _) => Assert.DoesNotContain(cache, static entry => entry.Key < 0)),
    ];

    [Fact]
    public void Operations_AfterDispose_ThrowObjectDisposed()
    {
        Cache cache = new(new ShardCacheOptions { MaxEntries = 1000, Name = "gone" });
        cache.Set(1, 1);
        cache.Dispose();
        cache.Dispose();

        foreach ((string name, Action<Cache, long> call) in s_operations)
        {
            ObjectDisposedException exception =
                Assert.Throws<ObjectDisposedException>(() => call(cache, 1));
            Assert.True(exception.ObjectName == "ShardCache<Int64, Int64> 'gone'", name);
        }

        Assert.InRange(cache.BytesAllocated, 0, 16 * 1024);
        Assert.Equal("ShardCache<Int64, Int64> 'gone': disposed", cache.ToString());
    }

    [Fact]
    public void Dispose_RacingWithEveryOperation_ThrowsObjectDisposedAndNothingElse()
    {
        Random random = new(TestSeed.For(nameof(Dispose_RacingWithEveryOperation_ThrowsObjectDisposedAndNothingElse)));
        DateTime end = DateTime.UtcNow + Soak.Time(3);
        for (int round = 0; DateTime.UtcNow < end || round < s_operations.Length; round++)
        {
            Cache cache = new(new ShardCacheOptions { MaxEntries = random.Next(1, 3000), ShardCount = 2 });
            for (long key = 0; key < random.Next(3000); key++)
            {
                cache.Set(key, key);
            }

            int spins = random.Next(3000);
            Race race = new(TimeSpan.FromSeconds(20));
            race.Once("dispose", () =>
            {
                Thread.SpinWait(spins);
                cache.Dispose();
                race.Stop();
            });
            foreach (int index in (int[])[round % s_operations.Length, random.Next(s_operations.Length)])
            {
                (string name, Action<Cache, long> call) = s_operations[index];
                race.Loop(name, number =>
                {
                    try
                    {
                        call(cache, number % 4000);
                    }
                    catch (ObjectDisposedException)
                    {
                        // The only exception that may come.
                    }
                });
            }

            race.Run();
            Assert.Throws<ObjectDisposedException>(() => cache.Set(1, 1));
        }
    }

    [Fact]
    public void Operations_AllTogether_KeepTheInvariants()
    {
        Random random = new(TestSeed.For(nameof(Operations_AllTogether_KeepTheInvariants)));
        for (int round = 0; round < 6; round++)
        {
            using Cache cache = new(new ShardCacheOptions { MaxEntries = 1 + (round * 150), ShardCount = 2 });
            Race race = new(Soak.Time(0.4));
            for (int thread = 0; thread < 3; thread++)
            {
                Random own = new(random.Next());
                race.Loop($"thread {thread}", _ =>
                {
                    int index = own.Next(40);
                    long key = own.Next(1500);
                    (index < s_operations.Length ? s_operations[index].Call : s_operations[own.Next(10)].Call)(
                        cache, key);
                    if (cache.TryGetValue(key, out long value))
                    {
                        Assert.Equal(key, value);
                    }
                });
            }

            race.Loop("count", () => Assert.True(cache.Count <= cache.MaxEntries));
            race.Run();
            Assert.Empty(cache.FindViolations());
            ShardCacheStatistics statistics = cache.GetStatistics();
            Assert.Equal(
                statistics.Added,
                statistics.Count + statistics.Removed + statistics.Expired + statistics.Trimmed
                    + statistics.EvictedForEntries);
        }
    }

    [Fact]
    public void Churn_AMillionInserts_KeepsMemoryAndHitRatio()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 20_000, ShardCount = 4 });
        Random random = new(TestSeed.For(nameof(Churn_AMillionInserts_KeepsMemoryAndHitRatio)));
        double[] ratios = new double[5];
        long bytes = cache.BytesAllocated;
        for (int part = 0; part < ratios.Length; part++)
        {
            int hits = 0;
            const int Requests = 400_000;
            for (int request = 0; request < Requests; request++)
            {
                long key = (long)(200_000 * Math.Pow(random.NextDouble(), 2));
                if (cache.TryGetValue(key, out _))
                {
                    hits++;
                }
                else
                {
                    cache.Set(key, key);
                }
            }

            ratios[part] = (double)hits / Requests;
        }

        ShardCacheStatistics statistics = cache.GetStatistics();
        Assert.InRange(statistics.Added, 1_000_000, long.MaxValue);
        Assert.Equal(bytes, cache.BytesAllocated);
        Assert.InRange(ratios[^1], ratios[1] - 0.01, 1);
        Assert.InRange(cache.Count, 19_000, 20_000);
        Assert.Empty(cache.FindViolations());
        Assert.Equal(0, cache.Shards.GetStatistics().SaturatedGroups);
    }

    [Fact]
    public void Operations_OfAWarmCache_AllocateNothing()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 1000, CountRequests = true });
        long bytes = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (long key = 0; key < 3000; key++)
            {
                cache.Set(key, key, TimeSpan.FromMinutes(1));
                cache.TryGetValue(key, out _);
                cache.TryUpdate(key, key, key);
                cache.TryRemove(key - 5, out _);
            }

            cache.Trim(10);
            cache.RemoveExpired();
            cache.Clear();
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, bytes);
    }
}
