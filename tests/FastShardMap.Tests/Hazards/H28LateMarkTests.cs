using FastShardMap.Layout;

namespace FastShardMap.Tests.Hazards;

/// <summary>H28: a reader stores the mark of an entry after its table has become something else.</summary>
public sealed unsafe class H28LateMarkTests
{
    [Fact]
    public void Tables_OfACache_StayWhereTheyAre()
    {
        using ShardCache<long, long> cache = new(new ShardCacheOptions { MaxEntries = 5000, ShardCount = 4 });
        ulong[] before = Tables(cache);

        for (int round = 0; round < 3; round++)
        {
            for (long key = 0; key < 60_000; key++)
            {
                cache.Set(key, key, TimeSpan.FromMilliseconds(1 + (key % 50)));
                cache.TryRemove(key - 3, out _);
            }

            cache.RemoveExpired();
            Assert.Equal(before, Tables(cache));
            cache.Trim(long.MaxValue);
            Assert.Equal(before, Tables(cache));
            cache.Clear();
            Assert.Equal(before, Tables(cache));
        }
    }

    [Fact]
    public void Mark_AfterDispose_LandsInMemoryThatNothingUses()
    {
        ShardCache<long, long> cache = new(new ShardCacheOptions { MaxEntries = 100_000, ShardCount = 1 });
        for (long key = 0; key < 1000; key++)
        {
            cache.Set(key, key);
        }

        TableRef table = cache.Shards.ShardAt(0).View->Current;
        long bytes = (long)table.Size.Bytes(GroupShape<long, CacheEntry<long>>.StrideBytes);
        cache.Dispose();
        for (long offset = 0; offset < bytes; offset += 64)
        {
            table.Base[offset] = 3; // what a reader that was stopped before its last store does
        }

        Assert.Throws<ObjectDisposedException>(() => cache.TryGetValue(1, out _));
        GC.KeepAlive(cache);
    }

    private static ulong[] Tables(ShardCache<long, long> cache) =>
        [.. Enumerable.Range(0, 4).Select(shard => cache.Shards.ShardAt(shard).View->Current.Word)];
}
