using System.Diagnostics;
using System.Globalization;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Records;

namespace FastShardMap.Tests.Caching;

/// <summary>What many caches of bytes leave in the process.</summary>
[Collection(SerialTests.Name)]
public sealed class BlobCacheMemoryTests
{
    private const int Caches = 1_000;
    private const int MaxBytes = 192 * 1024;
    private const int LeftBytes = 4_096; // the few pages that stale readers may still use

    [Fact]
    public void BlobCaches_AThousandAtOnce_ShareTheirThreadsAndReturnTheirMemory()
    {
        Assert.SkipWhen(PageMemory.GuardPages, "With guard pages, they need more mappings than Linux allows.");
        long failures = MaintenanceThread.Failures;
        long before = Arena.ProcessLiveBytes;
        int threads = ThreadCount();
        BlobShardCache[] caches =
        [
            .. Enumerable.Range(0, Caches).Select(
                static number => new BlobShardCache(new ShardCacheOptions
                {
                    MaxBytes = MaxBytes, ShardCount = 1, Name = $"cache {number % 10}",
                })),
        ];
        try
        {
            for (int i = 0; i < 150; i++)
            {
                string key = KeyOf(i);
                byte[] value = BlobBytes.Create(i, 50 + (i * 17)); // more than the limit in all, of lengths that grow
                TimeSpan? timeToLive = i % 3 == 0 ? TimeSpan.FromMilliseconds(1 + (i * 50)) : null;
                Assert.All(caches, cache => Assert.True(cache.Set(key, value, timeToLive)));
            }

            Assert.All(caches, static cache =>
            {
                Assert.InRange(cache.BytesAllocated, LeftBytes + 1, MaxBytes);
                Assert.NotEqual(0, cache.GetStatistics().EvictedForBytes);
            });
            Assert.All(caches.Take(20), static cache => Assert.Empty(cache.Inner.FindViolations()));
            Assert.InRange(ThreadCount() - threads, -threads, Caches / 4); // the runtime may have started some
        }
        finally
        {
            Parallel.ForEach(caches, static cache => cache.Dispose());
        }

        Assert.All(caches, static cache => Assert.InRange(cache.BytesAllocated, 0, LeftBytes));
        Assert.InRange(Arena.ProcessLiveBytes - before, long.MinValue, 32_000_000);
        Assert.Equal(failures, MaintenanceThread.Failures);
    }

    private static int ThreadCount()
    {
        using Process process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    private static string KeyOf(int i) =>
        i % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{i}")
            : string.Create(CultureInfo.InvariantCulture, $"a key of more than fifteen bytes {i}");
}
