using FastShardMap.Memory;

namespace FastShardMap.Tests.Caching;

/// <summary>Writes of a cache that cannot be performed.</summary>
public sealed class BlobCacheFailureTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void Set_NoMemoryAfterTheOldValueHasLeft_CountsItAsEvicted()
    {
        using BlobShardCache cache = new(
            new ShardCacheOptions { MaxBytes = 4 * MiB, ShardCount = 1, PendingRemovals = 10_000 });
        byte[] value = new byte[40_000]; // a segment of its own, which the operating system may refuse
        for (int i = 0; i < 200; i++)
        {
            cache.Set($"key {i}", value);
        }

        long failures = 0;
        FaultInjection.Allocate = static _ => true;
        try
        {
            for (int i = 0; i < 200; i++)
            {
                if (cache.ContainsKey($"key {i}"))
                {
                    Assert.Throws<OutOfMemoryException>(() => cache.Set($"key {i}", value));
                    failures += cache.ContainsKey($"key {i}") ? 0 : 1;
                }
            }
        }
        finally
        {
            FaultInjection.Allocate = null;
        }

        Assert.NotEqual(0, failures);
        CacheSums.AssertAddUp(cache.GetStatistics);
        Assert.True(cache.DroppedRemovals >= failures);
        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public void TryAdd_TooLargeAfterDispose_Throws()
    {
        BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 4 * MiB, ShardCount = 1 });
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.TryAdd("a", new byte[8 * MiB]));
    }
}
