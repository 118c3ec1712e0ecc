using BitFaster.Caching.Lru;

namespace FastShardMap.Bench.Caches;

/// <summary>BitFaster.Caching's <see cref="ConcurrentLru{K, V}"/>, which counts its hits.</summary>
internal readonly struct ConcurrentLruUnderTest : ICacheUnderTest<ConcurrentLruUnderTest>
{
    private const int LeastCapacity = 3;
    private readonly ConcurrentLru<ulong, ulong> _cache;

    private ConcurrentLruUnderTest(ConcurrentLru<ulong, ulong> cache) => _cache = cache;

    public static string Label => "ConcurrentLru";

    public long NativeBytes => 0;

    public long Count => _cache.Count;

    public static ConcurrentLruUnderTest Create(int capacity) =>
        new(new ConcurrentLru<ulong, ulong>(
            Environment.ProcessorCount, Math.Max(LeastCapacity, capacity), EqualityComparer<ulong>.Default));

    public bool TryGet(ulong key, out ulong value) => _cache.TryGet(key, out value);

    public void Set(ulong key, ulong value) => _cache.AddOrUpdate(key, value);

    public void Settle()
    {
    }

    public void Dispose() => _cache.Clear();
}
