namespace FastShardMap.Bench.Caches;

/// <summary>The cache of this repository.</summary>
internal readonly struct ShardCacheUnderTest : ICacheUnderTest<ShardCacheUnderTest>
{
    private readonly ShardCache<ulong, ulong> _cache;

    public ShardCacheUnderTest(ShardCache<ulong, ulong> cache) => _cache = cache;

    public static string Label => "ShardCache";

    public long NativeBytes => _cache.BytesAllocated;

    public long Count => _cache.Count;

    public static ShardCacheUnderTest Create(int capacity) =>
        new(new ShardCache<ulong, ulong>(new ShardCacheOptions { MaxEntries = capacity }));

    public bool TryGet(ulong key, out ulong value) => _cache.TryGetValue(key, out value);

    public void Set(ulong key, ulong value) => _cache.Set(key, value);

    public void Settle()
    {
    }

    public void Dispose() => _cache.Dispose();
}
