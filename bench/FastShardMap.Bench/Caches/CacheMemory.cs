using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Caches;

/// <summary>The bytes per entry of full caches, and how long a full collection takes beside them.</summary>
internal sealed class CacheMemory(CacheOptions options, Action<string> announce)
{
    private const int Entries = 1_000_000;
    private const int Collections = 9;

    /// <summary>How many times as many entries the large cache has.</summary>
    private const int LargeFactor = 10;

    /// <summary>The label of the large cache.</summary>
    public const string LargeLabel = "ShardCache, 10 x as many";

    public List<CacheFootprint> Run()
    {
        int entries = options.Scaled(Entries);
        return
        [
            Measure<ShardCacheUnderTest>(entries),
            Measure<ConcurrentLruUnderTest>(entries),
            Measure<ConcurrentLfuUnderTest>(entries),
            Measure<MemoryCacheUnderTest>(entries),
            Measure<ShardCacheUnderTest>(entries * LargeFactor) with { Label = LargeLabel },
        ];
    }

    private static Spread CollectionTimes() =>
        Spread.Of(Enumerable.Range(0, Collections).Select(static _ => GcMeter.FullCollectionMilliseconds() * 1e6));

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private CacheFootprint Measure<TCache>(int entries)
        where TCache : ICacheUnderTest<TCache>
    {
        announce($"memory of {TCache.Label}");
        ulong[] keys = KeyStreams.Distinct(first: 0, entries * 2);
        GcMeter.CollectAll();
        Spread without = CollectionTimes();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using TCache cache = TCache.Create(entries);
        foreach (ulong key in keys)
        {
            cache.Set(key, key);
        }

        cache.Settle();
        GcMeter.CollectAll();
        Spread with = CollectionTimes();
        long heap = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(keys); // part of both figures
        double count = cache.Count;
        return new CacheFootprint(
            TCache.Label, (long)count, heap / count, cache.NativeBytes / count, without, with);
    }
}
