using System.Runtime.CompilerServices;
using FastShardMap.Caching;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>What caches leave in the memory of the process, and what their clock and their sweeps do to it.</summary>
[Collection(SerialTests.Name)]
public sealed class CacheMemoryTests
{
    [Fact]
    public void Caches_AThousandCreatedAndDropped_LeaveNothing()
    {
        long before = Arena.ProcessLiveBytes;
        for (int number = 0; number < 1000; number++)
        {
            using Cache cache = new(new ShardCacheOptions { MaxEntries = 1 + (number * 3), CountRequests = true });
            for (long key = 0; key < 50; key++)
            {
                cache.Set(key, key, TimeSpan.FromMinutes(1));
                cache.TryGetValue(key, out _);
            }
        }

        Assert.InRange(Arena.ProcessLiveBytes - before, long.MinValue, 64_000_000);
    }

    /// <summary>Caches that other tests have forgotten must be collected first.</summary>
    [Fact]
    public void Clock_OfCachesThatAreGone_StopsServingThem()
    {
        using (Cache cache = new(new ShardCacheOptions { MaxEntries = 10 }))
        {
            cache.Set(1, 1, TimeSpan.FromHours(1));
            Assert.NotEqual(0, CoarseClock.CacheCount);
        }

        Assert.True(SpinWait.SpinUntil(
            static () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return CoarseClock.CacheCount == 0;
            },
            TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void IdleCaches_SweptByTheThread_CauseNoFailures()
    {
        long failures = MaintenanceThread.Failures;
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 1000 });
        cache.Set(1, 1, TimeSpan.FromMilliseconds(20));
        Assert.True(SpinWait.SpinUntil(() => cache.Count == 0, TimeSpan.FromSeconds(60)));
        Assert.Equal(failures, MaintenanceThread.Failures);
    }

    [Fact]
    public void Caches_AThousandForgotten_AreCollected()
    {
        Collect(); // what other tests have forgotten
        long before = Arena.ProcessLiveBytes;
        ManualTime time = new();
        for (int number = 0; number < 1000; number++)
        {
            Forget(number % 2 == 0 ? null : time);
        }

        SpinWait.SpinUntil(
            () =>
            {
                Collect();
                time.Move(TimeSpan.FromSeconds(2)); // the timers find that their caches are gone
                return time.TimerCount == 0 && Arena.ProcessLiveBytes - before <= 32_000_000;
            },
            TimeSpan.FromMinutes(1));
        Assert.Equal(0, time.TimerCount);
        Assert.InRange(Arena.ProcessLiveBytes - before, long.MinValue, 32_000_000);

        static void Collect()
        {
            for (int round = 0; round < 3; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(TimeProvider? time)
        {
#pragma warning disable CA2000 // the test is about this
            Cache cache = new(new ShardCacheOptions
            {
                MaxEntries = 5000, TimeProvider = time, PendingRemovals = 10,
            });
#pragma warning restore CA2000
            cache.Set(1, 1, TimeSpan.FromMinutes(1));
            TaskCompletionSource<long> never = new();
            Assert.False(cache.GetOrAddAsync(2, (_, _) => new ValueTask<long>(never.Task)).AsTask().IsCompleted);
        }
    }
}
