using Microsoft.Extensions.Caching.Memory;

namespace FastShardMap.Bench.Caches;

/// <summary>Microsoft.Extensions.Caching.Memory's <see cref="MemoryCache"/>, limited to a number of entries: each has a
/// size of 1. When it is full it refuses the entry and evicts a twentieth of its entries on the thread pool, so its hit
/// ratio depends on when that runs.</summary>
internal readonly struct MemoryCacheUnderTest : ICacheUnderTest<MemoryCacheUnderTest>
{
    private readonly MemoryCache _cache;
    private readonly MemoryCacheEntryOptions _entry;

    private MemoryCacheUnderTest(MemoryCache cache)
    {
        _cache = cache;
        _entry = new MemoryCacheEntryOptions { Size = 1 };
    }

    public static string Label => "MemoryCache";

    public long NativeBytes => 0;

    public long Count => _cache.Count;

    public static MemoryCacheUnderTest Create(int capacity) =>
        new(new MemoryCache(new MemoryCacheOptions { SizeLimit = capacity }));

    public bool TryGet(ulong key, out ulong value) => _cache.TryGetValue(key, out value);

    public void Set(ulong key, ulong value) => _cache.Set(key, value, _entry);

    public void Settle()
    {
    }

    public void Dispose() => _cache.Dispose();
}
