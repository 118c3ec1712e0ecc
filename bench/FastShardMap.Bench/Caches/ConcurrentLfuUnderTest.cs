using BitFaster.Caching.Lfu;

namespace FastShardMap.Bench.Caches;

/// <summary>BitFaster.Caching's <see cref="ConcurrentLfu{K, V}"/> (W-TinyLFU), with its own scheduler: the thread
/// pool.</summary>
internal readonly struct ConcurrentLfuUnderTest : ICacheUnderTest<ConcurrentLfuUnderTest>
{
    private const int LeastCapacity = 3;
    private readonly ConcurrentLfu<ulong, ulong> _cache;

    private ConcurrentLfuUnderTest(ConcurrentLfu<ulong, ulong> cache) => _cache = cache;

    public static string Label => "ConcurrentLfu";

    public long NativeBytes => 0;

    public long Count => _cache.Count;

    public static ConcurrentLfuUnderTest Create(int capacity) =>
        new(new ConcurrentLfu<ulong, ulong>(Math.Max(LeastCapacity, capacity)));

    public bool TryGet(ulong key, out ulong value) => _cache.TryGet(key, out value);

    public void Set(ulong key, ulong value) => _cache.AddOrUpdate(key, value);

    public void Settle() => _cache.DoMaintenance();

    public void Dispose() => _cache.Clear();
}
