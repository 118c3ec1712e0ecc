using FastShardMap.Caching;
using FastShardMap.Layout;
using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>Sweeps of one cache by several threads, and clocks that do what they like.</summary>
public sealed class CacheSweepTests
{
    /// <summary>A sweep that began before the time moved may be anywhere in the table, and may read the clock at any
    /// moment. What a later sweep promises does not depend on it.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(86_400 * 300)]
    public void RemoveExpired_BesideOtherSweeps_LeavesNoExpiredEntry(int seconds)
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 4_000, ShardCount = 1, TimeProvider = time });
        bool isOver = false;
        Thread other = new(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                cache.RemoveExpired();
            }
        });
        other.Start();
        try
        {
            for (int round = 0; round < 100; round++)
            {
                for (long key = 0; key < 1_000; key++)
                {
                    cache.Set(key, key, TimeSpan.FromSeconds(1));
                }

                time.Move(TimeSpan.FromSeconds(seconds));
                cache.RemoveExpired();
                Assert.Equal(0, cache.Count);
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            other.Join();
        }
    }

    /// <summary>The life of an entry begins when it is stored, also if its factory takes longer than that.</summary>
    [Fact]
    public void GetOrAdd_FactoryThatTakesLong_StoresAnEntryThatLives()
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 100, TimeProvider = time });
        long Make(long key)
        {
            time.MoveWithoutTimers(TimeSpan.FromSeconds(10));
            return key;
        }

        cache.GetOrAdd(1, Make, TimeSpan.FromSeconds(5));
        Assert.True(cache.ContainsKey(1));
        time.MoveWithoutTimers(TimeSpan.FromSeconds(6));
        Assert.False(cache.ContainsKey(1));
        cache.GetOrAdd(1, Make, TimeSpan.FromSeconds(5)); // in the place of the expired entry
        Assert.True(cache.ContainsKey(1));
    }

    /// <summary>An expiry of 0 stands for "never", so the one before is left out, and the life is a tick
    /// longer.</summary>
    [Fact]
    public void Load_LongestLifeAtTheEndOfTheTicks_IsReadAgain()
    {
        ManualTime time = new();
        ShardCacheOptions options = new() { MaxEntries = 100, TimeProvider = time };
        using Cache cache = new(options);
        time.MoveWithoutTimers(TimeSpan.FromMilliseconds(ExpiryTick.TickMilliseconds * (double)ExpiryTick.MaxLife));
        cache.RemoveExpired();
        cache.Set(1, 10, ShardCacheOptions.MaxTimeToLive);
        using MemoryStream stream = new();
        cache.Save(stream);
        stream.Position = 0;
        using Cache loaded = Cache.Load(stream, options);
        Assert.True(loaded.TryGetValue(1, out long value) && value == 10);
    }

    /// <summary>The clock may be at most 198 days ahead of the last sweep. A slow sweep, which ends after that, must
    /// not hold it back.</summary>
    [Fact]
    public void Clock_SlowSweepEndsAfterALaterOne_GoesOn()
    {
        ManualTime time = new();
        CacheClock clock = new(time);
        time.MoveWithoutTimers(TimeSpan.FromDays(100));
        uint early = clock.Exact(out bool isBehind);
        Assert.False(isBehind);
        time.MoveWithoutTimers(TimeSpan.FromDays(90));
        uint late = clock.Exact(out isBehind);
        Assert.False(isBehind);
        clock.HasSwept(late);
        clock.HasSwept(early);
        time.MoveWithoutTimers(TimeSpan.FromDays(190));
        uint now = clock.Exact(out isBehind);
        Assert.False(isBehind);
        Assert.Equal(late + (uint)(TimeSpan.FromDays(190).TotalMilliseconds / ExpiryTick.TickMilliseconds), now);
    }

    [Fact]
    public void Tick_OfAThreadThatHasSlept_IsNotGoneBackTo()
    {
        uint now = CoarseClock.Refresh();
        CoarseTick.Advance(unchecked(now - 5));
        Assert.True(CoarseTick.Now - now < ExpiryTick.MaxLife);
    }

    /// <summary>While a timer is made, another entry is stored that may expire. It is swept although there is no
    /// timer.</summary>
    [Fact]
    public void Set_TimerRefusedBesideAnotherStore_KeepsWatchOverThatEntry()
    {
        HostileTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 100, TimeProvider = time });
        time.OnCreate = () =>
        {
            time.OnCreate = null;
            cache.Set(2, 2, TimeSpan.FromSeconds(20));
            throw new InvalidTimeZoneException();
        };
        Assert.Throws<InvalidTimeZoneException>(() => cache.Set(1, 1, TimeSpan.FromSeconds(10)));
        Assert.True(cache.ContainsKey(2));
        time.Elapsed = TimeSpan.FromSeconds(21);
        Assert.False(cache.ContainsKey(2));
        Assert.False(cache.TryUpdate(2, 3, 2));
        int timers = time.Timers;
        cache.Set(1, 1, TimeSpan.FromSeconds(30));
        Assert.InRange(time.Timers, timers + 1, int.MaxValue);
    }

    [Fact]
    public void Dispose_TimerThatThrows_ReleasesEverythingElse()
    {
        HostileTime time = new() { FailsDispose = true };
        Cache cache = new(new ShardCacheOptions { MaxEntries = 100, TimeProvider = time, PendingRemovals = 5 });
        cache.Set(1, 1, TimeSpan.FromSeconds(10));
        Assert.Throws<InvalidTimeZoneException>(cache.Dispose);
        Assert.True(cache.Removals!.Completion.IsCompleted);
        cache.Dispose();
    }

    /// <summary>An exception of a clock on a thread of the pool would end the process.</summary>
    [Fact]
    public void Timer_ClockThatThrows_TriesAgain()
    {
        HostileTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 100, TimeProvider = time });
        cache.Set(1, 1, TimeSpan.FromSeconds(1));
        time.Elapsed = TimeSpan.FromSeconds(5);
        time.Fails = true;
        time.Fire();
        time.Fails = false;
        time.Fire();
        Assert.True(SpinWait.SpinUntil(() => cache.Count == 0, TimeSpan.FromMinutes(1)));
    }
}
