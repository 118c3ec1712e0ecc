using System.Diagnostics;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Caches;

/// <summary>Times of hits and of stores that evict, the caches in turn within each repetition.</summary>
internal sealed class CacheTimings(CacheOptions options, Action<string> announce)
{
    private const int Threads = 2;
    private const int Discarded = 1;
    private const double Theta = 0.99;

    /// <summary>The capacity of the rivals per key that is hit: their queues must not evict keys that the other caches
    /// have.</summary>
    private const int RoomOfRivals = 3;

    /// <summary>The capacity of ShardCache per four keys that are hit.</summary>
    private const int RoomOfOursQuarters = 5;

    private const int HitOperations = 2_000_000;
    private const int StoreOperations = 1_000_000;

    /// <summary>The numbers of entries of the caches that are hit.</summary>
    private static readonly int[] s_sizes = [50_000, 1_000_000];

    public List<CacheTiming> Run()
    {
        List<CacheTiming> timings = [];
        foreach (int size in s_sizes)
        {
            int entries = options.Scaled(size);
            announce($"hits in {entries} entries");
            timings.AddRange(Hits(size, entries));
        }

        announce("stores that evict");
        timings.AddRange(Stores(options.Scaled(s_sizes[^1])));
        announce("the longest store");
        timings.Add(LongestStore(options.Scaled(s_sizes[^1])));
        return timings;
    }

    private static string NameOf(int size) => size >= 1_000_000 ? $"{size / 1_000_000}m" : $"{size / 1_000}k";

    private List<CacheTiming> Hits(int size, int entries)
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, entries);
        ulong[][] requests =
        [
            .. Enumerable.Range(0, Threads)
                .Select(thread => KeyStreams.Zipfian(keys, options.Scaled(HitOperations), Theta, (ulong)thread + 7)),
        ];
        using ShardCache<ulong, ulong> cache =
            new(new ShardCacheOptions { MaxEntries = entries * RoomOfOursQuarters / 4 });
        ShardMapStatistics room = cache.Shards.GetStatistics();
        using ShardMap<ulong, ulong> reserved = Filled(new ShardMap<ulong, ulong>(entries), keys);
        using ShardMap<ulong, ulong> map = Filled(WithRoom<ulong>(room), keys);
        using ShardMap<ulong, TwoWords> wide = Filled(WithRoom<TwoWords>(room), keys);
        using ShardCacheUnderTest ours = Filled(new ShardCacheUnderTest(cache), keys);
        using ConcurrentLruUnderTest lru = Filled<ConcurrentLruUnderTest>(keys, RoomOfRivals);
        using ConcurrentLfuUnderTest lfu = Filled<ConcurrentLfuUnderTest>(keys, RoomOfRivals);
        using MemoryCacheUnderTest memory = Filled<MemoryCacheUnderTest>(keys, RoomOfRivals);
        Warm(part => Sum(map, part), keys);
        Warm(part => Sum(wide, part), keys);
        Series inReserved = Threaded(requests, part => Sum(reserved, part));
        Series inMap = Threaded(requests, part => Sum(map, part));
        Series inWide = Threaded(requests, part => Sum(wide, part));
        Series shardCache = Threaded(ours, requests);
        Series concurrentLru = Threaded(lru, requests);
        Series concurrentLfu = Threaded(lfu, requests);
        Series memoryCache = Threaded(memory, requests);
        Series.Interleave(
            options.Repetitions,
            Discarded,
            [inReserved, inMap, inWide, shardCache, concurrentLru, concurrentLfu, memoryCache]);
        string row = $"hit-{NameOf(size)}-2t";
        string equal = row + "-equal-room";
        return
        [
            new(row, "ShardMap", inReserved.Spread, inReserved.RatioTo(shardCache)),
            new(row, ShardCacheUnderTest.Label, shardCache.Spread, shardCache.RatioTo(inReserved)),
            new(equal, "ShardMap", inMap.Spread, inMap.RatioTo(shardCache)),
            new(equal, "ShardMap, values of 16 bytes", inWide.Spread, inWide.RatioTo(shardCache)),
            new(equal, ShardCacheUnderTest.Label, shardCache.Spread, shardCache.RatioTo(inMap)),
            new(row, ConcurrentLruUnderTest.Label, concurrentLru.Spread, concurrentLru.RatioTo(shardCache)),
            new(row, ConcurrentLfuUnderTest.Label, concurrentLfu.Spread, concurrentLfu.RatioTo(shardCache)),
            new(row, MemoryCacheUnderTest.Label, memoryCache.Spread, memoryCache.RatioTo(shardCache)),
        ];
    }

    /// <summary>A map with as many slots as a cache. The tables of a map have other sizes, so it may have a few
    /// more.</summary>
    private static ShardMap<ulong, TValue> WithRoom<TValue>(ShardMapStatistics cache)
        where TValue : unmanaged
    {
        long slots = cache.Groups * cache.SlotsPerGroup;
        for (long capacity = slots / 2; ; capacity += 1 + (slots / 128))
        {
            ShardMap<ulong, TValue> map = new(
                new ShardMapOptions { Capacity = capacity, ShardCount = cache.ShardCount });
            ShardMapStatistics statistics = map.GetStatistics();
            if (statistics.Groups * statistics.SlotsPerGroup >= slots)
            {
                return map;
            }

            map.Dispose();
        }
    }

    private static ShardMap<ulong, ulong> Filled(ShardMap<ulong, ulong> map, ulong[] keys)
    {
        Array.ForEach(keys, key => map[key] = key);
        return map;
    }

    private static ShardMap<ulong, TwoWords> Filled(ShardMap<ulong, TwoWords> map, ulong[] keys)
    {
        Array.ForEach(keys, key => map[key] = new TwoWords(key, key));
        return map;
    }

    // New keys only, into full caches: every store evicts.
    private List<CacheTiming> Stores(int entries)
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, entries);
        using ShardCacheUnderTest ours = Filled<ShardCacheUnderTest>(keys, room: 1);
        using ConcurrentLruUnderTest lru = Filled<ConcurrentLruUnderTest>(keys, room: 1);
        using ConcurrentLfuUnderTest lfu = Filled<ConcurrentLfuUnderTest>(keys, room: 1);
        int stores = options.Scaled(StoreOperations);
        Series shardCache = Storing(ours, stores);
        Series concurrentLru = Storing(lru, stores);
        Series concurrentLfu = Storing(lfu, stores);
        Series.Interleave(options.Repetitions, Discarded, [shardCache, concurrentLru, concurrentLfu]);
        const string Row = "evict-1m-2t";
        return
        [
            new(Row, ShardCacheUnderTest.Label, shardCache.Spread, shardCache.RatioTo(concurrentLru)),
            new(Row, ConcurrentLruUnderTest.Label, concurrentLru.Spread, concurrentLru.RatioTo(shardCache)),
            new(Row, ConcurrentLfuUnderTest.Label, concurrentLfu.Spread, concurrentLfu.RatioTo(shardCache)),
        ];
    }

    /// <summary>The longest store, minus the longest gap of an empty timing loop of the same length.</summary>
    private CacheTiming LongestStore(int entries)
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, entries);
        using ShardCacheUnderTest cache = Filled<ShardCacheUnderTest>(keys, room: 1);
        List<double> beyond = [];
        for (int repetition = 0; repetition <= options.Repetitions; repetition++)
        {
            long longest = 0;
            long gap = 0;
            ulong[] fresh = KeyStreams.Distinct((repetition + 1L) << 32, options.Scaled(StoreOperations));
            long last = Stopwatch.GetTimestamp();
            foreach (ulong key in fresh)
            {
                cache.Set(key, key);
                long now = Stopwatch.GetTimestamp();
                longest = Math.Max(longest, now - last);
                last = now;
            }

            long end = last + (Stopwatch.Frequency / 5);
            while (last < end)
            {
                long now = Stopwatch.GetTimestamp();
                gap = Math.Max(gap, now - last);
                last = now;
            }

            if (repetition > 0)
            {
                beyond.Add(Math.Max(0, longest - gap) * 1e9 / Stopwatch.Frequency);
            }
        }

        return new CacheTiming("longest-store-1m", ShardCacheUnderTest.Label, Spread.Of(beyond), Spread.None);
    }

    /// <param name="keys">The keys to store.</param>
    /// <param name="room">The capacity of the cache per key.</param>
    private static TCache Filled<TCache>(ulong[] keys, int room)
        where TCache : ICacheUnderTest<TCache> => Filled(TCache.Create(keys.Length * room), keys);

    private static TCache Filled<TCache>(TCache cache, ulong[] keys)
        where TCache : ICacheUnderTest<TCache>
    {
        Array.ForEach(keys, key => cache.Set(key, key));
        cache.Settle();
        return cache;
    }

    private static Series Threaded<TCache>(TCache cache, ulong[][] requests)
        where TCache : ICacheUnderTest<TCache>
    {
        Warm(part => Sum(cache, part), requests[0]);
        return Threaded(requests, part => Sum(cache, part));
    }

    // Calls the loop as often as the compiler wants before it makes its final code.
    private static void Warm(Func<ulong[], ulong> body, ulong[] keys)
    {
        ulong[] few = keys[..Math.Min(keys.Length, 2_000)];
        ulong sum = 0;
        LoopWarmUp.Repeat(() => sum += body(few));
        Sink.Consume(sum);
    }

    private static ulong Sum(ShardMap<ulong, ulong> map, ulong[] keys)
    {
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            sum += map.TryGetValue(key, out ulong value) ? value : 0;
        }

        return sum;
    }

    private static ulong Sum(ShardMap<ulong, TwoWords> map, ulong[] keys)
    {
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            sum += map.TryGetValue(key, out TwoWords value) ? value.First : 0;
        }

        return sum;
    }

    private static ulong Sum<TCache>(TCache cache, ulong[] keys)
        where TCache : ICacheUnderTest<TCache>
    {
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            sum += cache.TryGet(key, out ulong value) ? value : 0;
        }

        return sum;
    }

    private static Series Threaded(ulong[][] requests, Func<ulong[], ulong> body) =>
        Series.SelfTimed("hits", requests[0].Length, _ =>
        {
            ulong[] sums = new ulong[requests.Length];
            TimeSpan elapsed = ParallelRun.Run(requests.Length, thread => sums[thread] = body(requests[thread]));
            return (elapsed, sums.Aggregate(0UL, static (sum, one) => sum + one));
        });

    private static ulong Store<TCache>(TCache cache, ulong[] keys)
        where TCache : ICacheUnderTest<TCache>
    {
        foreach (ulong key in keys)
        {
            cache.Set(key, key);
        }

        return 0;
    }

    private static Series Storing<TCache>(TCache cache, int stores)
        where TCache : ICacheUnderTest<TCache>
    {
        long first = 1L << 56;
        Warm(_ => Store(cache, KeyStreams.Distinct(first += 1_000, 1_000)), [1]);
        return Series.SelfTimed("stores", stores, repetition =>
        {
            ulong[][] fresh =
            [
                .. Enumerable.Range(0, Threads).Select(thread => KeyStreams.Distinct(
                    ((repetition * (long)Threads) + thread + 1) << 32, stores)),
            ];
            TimeSpan elapsed = ParallelRun.Run(Threads, thread => Sink.Consume(Store(cache, fresh[thread])));
            cache.Settle();
            return (elapsed, 0);
        });
    }

    /// <summary>As many bytes as a value of 8 bytes takes in a cache, with mark and expiry.</summary>
    private readonly record struct TwoWords(ulong First, ulong Second);
}
