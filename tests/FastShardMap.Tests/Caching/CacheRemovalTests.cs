using System.Threading.Channels;
using FastShardMap.Tests.Support;
using Cache = FastShardMap.ShardCache<long, long>;
using Removal = FastShardMap.ShardCacheRemoval<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>The notices of entries that have left.</summary>
public sealed class CacheRemovalTests
{
    [Fact]
    public void Removals_NotAskedFor_AreNone()
    {
        ShardCacheOptions options = new() { MaxEntries = 1 };
        using Cache cache = new(options);
        cache.Set(1, 1);
        cache.Set(2, 2);

        Assert.Null(cache.Removals);
        Assert.Equal(0, cache.DroppedRemovals);
        Assert.Equal(
            nameof(ShardCacheOptions.PendingRemovals),
            Assert.Throws<ArgumentOutOfRangeException>(() => options.PendingRemovals = -1).ParamName);
    }

    [Fact]
    public void Removals_EveryCause_HaveKeyAndValue()
    {
        ManualTime time = new();
        using Cache cache = new(
            new ShardCacheOptions { MaxEntries = 4, ShardCount = 1, TimeProvider = time, PendingRemovals = 100 });
        cache.Set(1, 10);
        cache.Set(1, 11); // replaced: no notice
        cache.TryUpdate(1, static (ref value, _) => value = 12, 0);
        cache.TryRemove(1, out _);
        Assert.Equal([new Removal(1, 12, ShardCacheRemovalCause.Removed)], Read(cache));

        Keeper keeper = default;
        cache.Set(2, 20);
        cache.TryUpdateOrRemove(2, ref keeper);
        Assert.Equal([new Removal(2, 20, ShardCacheRemovalCause.Removed)], Read(cache));

        for (long key = 10; key < 16; key++)
        {
            cache.Set(key, key * 10);
        }

        Removal[] evicted = Read(cache);
        Assert.Equal(2, evicted.Length);
        Assert.All(
            evicted,
            static item => Assert.Equal((item.Key * 10, ShardCacheRemovalCause.Evicted), (item.Value, item.Cause)));
        Assert.Equal(1, cache.Trim(1));
        Removal trimmed = Assert.Single(Read(cache));
        Assert.Equal((trimmed.Key * 10, ShardCacheRemovalCause.Trimmed), (trimmed.Value, trimmed.Cause));
        long[] left = [.. cache.Select(static entry => entry.Key).Order()];
        cache.Clear();
        Assert.Equal(
            left.Select(static key => new Removal(key, key * 10, ShardCacheRemovalCause.Removed)),
            Read(cache).OrderBy(static item => item.Key));

        cache.Set(1, 10, TimeSpan.FromSeconds(1));
        cache.Set(2, 20, TimeSpan.FromSeconds(1));
        time.MoveWithoutTimers(TimeSpan.FromSeconds(2));
        cache.Set(1, 11);
        cache.RemoveExpired();
        Assert.Equal(
            [new Removal(1, 10, ShardCacheRemovalCause.Expired), new Removal(2, 20, ShardCacheRemovalCause.Expired)],
            Read(cache).OrderBy(static item => item.Key));
        Assert.Equal(0, cache.DroppedRemovals);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void Removals_MoreThanMayWait_DropTheOldest(int pending)
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 100, ShardCount = 1, PendingRemovals = pending });
        for (long key = 0; key < 150; key++)
        {
            cache.Set(key, key);
        }

        Assert.Equal(pending, cache.Removals!.Count);
        Assert.Equal(50 - pending, cache.DroppedRemovals);
        cache.Clear();
        Assert.Equal(pending, Read(cache).Distinct().Count());
        Assert.Equal(150 - pending, cache.DroppedRemovals);
    }

    [Fact]
    public void Removals_CallbackThrows_StillTellWhatWasRemoved()
    {
        ManualTime time = new();
        using Cache cache = new(
            new ShardCacheOptions { MaxEntries = 7, ShardCount = 1, TimeProvider = time, PendingRemovals = 100 });
        cache.Set(1, 10, TimeSpan.FromSeconds(1));
        time.MoveWithoutTimers(TimeSpan.FromSeconds(2));

        // Each call sweeps a group of the shard before it runs the factory.
        for (int call = 0; call < 64 && cache.Count > 0; call++)
        {
            Assert.Throws<InvalidDataException>(
                () => cache.GetOrAdd(2, static _ => throw new InvalidDataException()));
        }

        Assert.Equal([new Removal(1, 10, ShardCacheRemovalCause.Expired)], Read(cache));
    }

    [Fact]
    public void Removals_CallbackWritesToAnotherCache_GoToTheirOwnCache()
    {
        using Cache first = new(new ShardCacheOptions { MaxEntries = 1, PendingRemovals = 10 });
        using Cache second = new(new ShardCacheOptions { MaxEntries = 1, PendingRemovals = 10 });
        first.Set(1, 1);
        second.Set(5, 5);
        first.GetOrAdd(2, key =>
        {
            second.Set(6, 6);
            return key;
        });

        Assert.Equal(1, Assert.Single(Read(first)).Key);
        Assert.Equal(5, Assert.Single(Read(second)).Key);
    }

    [Fact]
    public async Task Removals_ReaderWritesToTheCache_GoOn()
    {
        Cache cache = new(new ShardCacheOptions { MaxEntries = 100, ShardCount = 1, PendingRemovals = 10_000 });
        int handled = 0;
        Task reader = Task.Run(async () =>
        {
            await foreach (Removal removal in cache.Removals!.ReadAllAsync())
            {
                if (removal.Cause == ShardCacheRemovalCause.Removed)
                {
                    cache.TryUpdate(removal.Key + 1, 0, comparisonValue: removal.Value);
                }

                Interlocked.Increment(ref handled);
            }
        });
        for (long key = 0; key < 5000; key++)
        {
            cache.Set(key, key);
            cache.TryRemove(key, out _);
        }

        // An empty channel is not enough: the reader may still write to the cache for the last notice.
        SpinWait.SpinUntil(
            () => reader.IsCompleted || Volatile.Read(ref handled) + cache.DroppedRemovals >= 5000,
            TimeSpan.FromMinutes(1));
        cache.Dispose();
        await reader;
        Assert.Equal(5000, handled + cache.DroppedRemovals);
    }

    [Fact]
    public void Removals_OfManyThreads_AreAsManyAsTheStatisticsSay()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 200, ShardCount = 2, PendingRemovals = 500 });
        Random random = new(TestSeed.For(nameof(Removals_OfManyThreads_AreAsManyAsTheStatisticsSay)));
        long read = 0;
        Race race = new Race(Soak.Time(1)).Until(() => Interlocked.Read(ref read) != 0);
        for (int thread = 0; thread < 2; thread++)
        {
            Random own = new(random.Next());
            race.Loop($"thread {thread}", round =>
            {
                long key = own.Next(1000);
                cache.Set(key, key * 3, TimeSpan.FromMilliseconds(own.Next(1, 200)));
                long other = own.Next(1000);
                cache.Set(other, other * 3);
                switch (round % 64)
                {
                    case 0:
                        cache.Trim(5);
                        break;
                    case 1:
                        cache.Clear();
                        break;
                    case < 20:
                        cache.TryRemove(key, out _);
                        break;
                    default:
                        break;
                }
            });
        }

        race.Loop("reader", () =>
        {
            while (cache.Removals!.TryRead(out Removal removal))
            {
                Assert.Equal(removal.Key * 3, removal.Value);
                read++;
            }
        });
        race.Run();
        cache.Clear(); // nothing is left to expire while the two sides are compared

        // The maintenance thread writes its notices after it has counted the entries.
        SpinWait.SpinUntil(
            () => (read += Read(cache).Length) + cache.DroppedRemovals >= Left(cache), TimeSpan.FromMinutes(1));
        Assert.Equal(Left(cache), read + cache.DroppedRemovals);
        Assert.InRange(read, 1, long.MaxValue);
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public async Task Dispose_CompletesTheChannel()
    {
        Cache cache = new(new ShardCacheOptions { MaxEntries = 10, PendingRemovals = 10 });
        ChannelReader<Removal> reader = cache.Removals!;
        cache.Set(1, 1);
        cache.Set(2, 2);
        cache.TryRemove(1, out _);
        cache.Dispose();

        Assert.Equal(1, (await reader.ReadAsync()).Key);
        Assert.False(await reader.WaitToReadAsync());
    }

    private static long Left(Cache cache) => CacheSums.Left(cache.GetStatistics());

    private static Removal[] Read(Cache cache)
    {
        List<Removal> removals = [];
        while (cache.Removals!.TryRead(out Removal removal))
        {
            removals.Add(removal);
        }

        return [.. removals];
    }

    private struct Keeper : IValueKeeper<long>
    {
        public readonly bool Keep(ref long value)
        {
            value = 99; // not what the entry had
            return false;
        }
    }
}
