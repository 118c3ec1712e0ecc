using System.Reflection;
using FastShardMap.Tests.Serialization;
using FastShardMap.Tests.Support;
using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>Many caches, races of all operations, and operations during and after Dispose.</summary>
public sealed class CacheLifetimeTests
{
    /// <summary>Members that do not throw after Dispose, and those that have a test of their own.</summary>
    private static readonly string[] s_others =
    [
        "Dispose()", "SaveTo(path, progress)", "SaveToAsync(path, progress, cancellationToken)", "ToString()",
        "get_BytesAllocated()", "get_DroppedRemovals()", "get_MaxEntries()", "get_Removals()",
    ];

    // Operations_AllTogether_KeepTheInvariants takes the first ten most often.
    private static readonly (string Name, Action<Cache, long> Call)[] s_operations =
    [
        ("TryGetValue(key, value)", static (cache, key) => cache.TryGetValue(key, out _)),
        ("TryGetValue(key, value, remaining)", static (cache, key) => cache.TryGetValue(key, out _, out _)),
        ("TryPeek(key, value)", static (cache, key) => cache.TryPeek(key, out _)),
        ("Set(key, value)", static (cache, key) => cache.Set(key, key)),
        ("Set(key, value, timeToLive)", static (cache, key) => cache.Set(key, key, LifeOf(key))),
        ("TryAdd(key, value)", static (cache, key) => cache.TryAdd(key, key)),
        ("GetOrAdd(key, valueFactory)", static (cache, key) => cache.GetOrAdd(key, static key => key)),
        ("GetOrAddAsync(key, valueFactory)", static (cache, key) => cache.GetOrAddAsync(
            key, static (k, _) => new ValueTask<long>(k)).AsTask().GetAwaiter().GetResult()),
        ("TryUpdate(key, newValue, comparisonValue)", static (cache, key) => cache.TryUpdate(key, key, key)),
        ("TryUpdate(key, update, arg)", static (cache, key) =>
            cache.TryUpdate(key, static (ref long _, int _) => { }, 0)),
        ("TryRemove(key, value)", static (cache, key) => cache.TryRemove(key, out _)),
        ("Trim(entries)", static (cache, key) => cache.Trim(key & 7)),
        ("RemoveExpired()", static (cache, _) => cache.RemoveExpired()),
        ("Clear()", static (cache, _) => cache.Clear()),
        ("get_Count()", static (cache, _) => _ = cache.Count),
        ("GetStatistics()", static (cache, _) => cache.GetStatistics()),
        ("Save(destination, progress)", static (cache, _) => cache.Save(Stream.Null)),
        ("GetEnumerator()", static (cache, _) => Assert.DoesNotContain(cache, static entry => entry.Key < 0)),
        ("ContainsKey(key)", static (cache, key) => cache.ContainsKey(key)),
        ("TryRemove(item)", static (cache, key) => cache.TryRemove(new KeyValuePair<long, long>(key, key))),
        ("TryAdd(key, value, timeToLive)", static (cache, key) => cache.TryAdd(key, key, LifeOf(key))),
        ("GetOrAdd(key, value)", static (cache, key) => cache.GetOrAdd(key, key)),
        ("GetOrAdd(key, value, timeToLive)", static (cache, key) => cache.GetOrAdd(key, key, LifeOf(key))),
        ("GetOrAdd(key, valueFactory, timeToLive)", static (cache, key) =>
            cache.GetOrAdd(key, static key => key, LifeOf(key))),
        ("GetOrAdd(key, valueFactory, factoryArgument)", static (cache, key) =>
            cache.GetOrAdd(key, static (key, added) => key + added, 0)),
        ("GetOrAdd(key, valueFactory, factoryArgument, timeToLive)", static (cache, key) =>
            cache.GetOrAdd(key, static (key, added) => key + added, 0, LifeOf(key))),
        ("GetOrAddAsync(key, valueFactory, timeToLive, cancellationToken)", static (cache, key) => cache.GetOrAddAsync(
            key, static (k, _) => new ValueTask<long>(k), LifeOf(key), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult()),
        ("GetOrAddAsync(key, valueFactory, factoryArgument, timeToLive, cancellationToken)", static (cache, key) =>
            cache.GetOrAddAsync(
                key, static (k, added, _) => new ValueTask<long>(k + added), 0, LifeOf(key), CancellationToken.None)
                .AsTask().GetAwaiter().GetResult()),
        ("SaveAsync(destination, progress, cancellationToken)", static (cache, _) =>
            cache.SaveAsync(Stream.Null).GetAwaiter().GetResult()),
        ("TryUpdate(key, updater)", static (cache, key) =>
        {
            Unchanged updater = default;
            cache.TryUpdate(key, ref updater);
        }),
        ("TryUpdateOrRemove(key, keeper)", static (cache, key) =>
        {
            KeptIfEven keeper = default;
            cache.TryUpdateOrRemove(key, ref keeper);
        }),
    ];

    /// <summary>A method that is added to the cache must be added to the operations, too.</summary>
    [Fact]
    public void Operations_OfThisTest_AreAllMethodsOfTheCache()
    {
        string[] methods =
        [
            .. typeof(ShardCache<long, long, DefaultHasher<long>>)
                .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                .Select(static method =>
                    $"{method.Name}({string.Join(", ", method.GetParameters().Select(static one => one.Name))})"),
        ];

        Assert.Empty(methods.Except(s_operations.Select(static one => one.Name)).Except(s_others));
        Assert.Empty(s_others.Except(methods));
    }

    [Fact]
    public async Task Operations_AfterDispose_ThrowObjectDisposed()
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

        using SaveFolder folder = new();
        Assert.Throws<ObjectDisposedException>(() => cache.SaveTo(folder.PathOf("gone")));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.SaveToAsync(folder.PathOf("gone")));
        Assert.Empty(Directory.GetFiles(folder.Root));
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
            int[] indices = [round % s_operations.Length, random.Next(s_operations.Length)];
            DisposeRace.Run(cache, spins, indices.Select(index => s_operations[index]).Select(
                operation => (operation.Name, (Action<Cache, int>)((cache, number) =>
                    operation.Call(cache, number % 4000)))));
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
                    int index = own.Next(2 * s_operations.Length);
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
            CacheSums.AssertAddUp(cache.GetStatistics);
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
        Allocation.AssertNone(() =>
        {
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
        });
    }

    private static TimeSpan LifeOf(long key) => TimeSpan.FromMilliseconds(1 + (key & 31));

    private struct Unchanged : IValueUpdater<long>
    {
        public readonly void Update(ref long value)
        {
        }
    }

    private struct KeptIfEven : IValueKeeper<long>
    {
        public readonly bool Keep(ref long value) => value % 2 == 0;
    }
}
