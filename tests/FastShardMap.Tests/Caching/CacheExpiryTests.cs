using FastShardMap.Layout;
using FastShardMap.Memory;
using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>Times to live: when entries expire, how they leave, and what odd clocks do to them.</summary>
public sealed class CacheExpiryTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(16);

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1000)]
    [InlineData(86_400_000)]
    public void Entry_WithATimeToLive_ExpiresWithinTwoTicksAfterIt(int milliseconds)
    {
        for (int offset = 0; offset < 16; offset += 3)
        {
            ManualTime time = new();
            using Cache cache = Create(time);
            time.Move(TimeSpan.FromMilliseconds(offset));
            TimeSpan timeToLive = TimeSpan.FromMilliseconds(milliseconds);
            cache.Set(1, 10, timeToLive);
            cache.Set(2, 20, Timeout.InfiniteTimeSpan);
            cache.Set(3, 30);

            time.Move(timeToLive);
            Assert.True(cache.TryGetValue(1, out long value, out TimeSpan remaining) && value == 10);
            Assert.InRange(remaining, TimeSpan.Zero, 2 * s_tick);
            time.Move(2 * s_tick);
            Assert.False(cache.TryGetValue(1, out _));
            Assert.False(cache.TryPeek(1, out _));
            Assert.True(cache.ContainsKey(2) && cache.ContainsKey(3));
            Assert.Equal([2L, 3L], cache.Select(static entry => entry.Key).Order());
        }
    }

    /// <summary>An entry may expire between the moment at which a lookup finds it and the next look at the
    /// clock.</summary>
    [Fact]
    public void Remaining_EntryThatExpiresDuringTheLookup_IsZero()
    {
        int zeros = 0;
        for (int step = 33; step < 63; step++)
        {
            using Cache cache = new(new ShardCacheOptions
            {
                MaxEntries = 10, TimeProvider = new SteppingTime(TimeSpan.FromMilliseconds(step)),
            });
            cache.Set(1, 10, TimeSpan.FromSeconds(1));
            while (cache.TryGetValue(1, out _, out TimeSpan remaining))
            {
                Assert.InRange(remaining, TimeSpan.Zero, TimeSpan.FromSeconds(1) + (2 * s_tick));
                zeros += remaining == TimeSpan.Zero ? 1 : 0;
            }
        }

        Assert.NotEqual(0, zeros);
    }

    [Theory]
    [InlineData(0U, 7U, -1)]
    [InlineData(8U, 7U, 16)]
    [InlineData(7U, 7U, 0)]
    [InlineData(7U, 8U, 0)]
    [InlineData(7U, 1000U, 0)]
    [InlineData(2U, 0xFFFF_FFFFU, 48)]
    [InlineData(0xFFFF_FFFFU, 2U, 0)]
    public void Remaining_OfTicks_IsNeverNegativeAndNeverWrapsAround(uint expiry, uint now, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ExpiryTick.Remaining(expiry, now));

    [Fact]
    public void ExpiredEntry_EveryWrite_CountsAsAbsent()
    {
        ManualTime time = new();
        using Cache cache = Create(time);
        for (long key = 0; key < 8; key++)
        {
            cache.Set(key, key, TimeSpan.FromSeconds(1));
        }

        time.Move(TimeSpan.FromSeconds(2));
        Assert.False(cache.TryUpdate(0, 5, comparisonValue: 0));
        Assert.False(cache.TryUpdate(1, static (ref long v, int _) => v++, 0));
        Assert.False(cache.TryRemove(2, out _));
        Assert.False(cache.TryRemove(new KeyValuePair<long, long>(3, 3)));
        Assert.True(cache.TryAdd(4, 40));
        Assert.Equal(50, cache.GetOrAdd(5, 50));
        Assert.Equal(60, cache.GetOrAdd(6, static key => key * 10));
        cache.Set(7, 70);
        Assert.Equal(
            [40L, 50L, 60L, 70L],
            cache.Select(static entry => entry.Value).Order());
        cache.RemoveExpired();
        Assert.Equal(4, cache.Count);
        Assert.Equal((8, 12), (cache.GetStatistics().Expired, cache.GetStatistics().Added));
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void Set_PresentKey_RenewsTheExpiry_AndUpdatesKeepIt()
    {
        ManualTime time = new();
        using Cache cache = Create(time);
        cache.Set(1, 1, TimeSpan.FromSeconds(10));
        time.Move(TimeSpan.FromSeconds(8));
        cache.Set(1, 2, TimeSpan.FromSeconds(10));
        Assert.True(cache.TryUpdate(1, 3, comparisonValue: 2));
        time.Move(TimeSpan.FromSeconds(8));
        Assert.True(cache.TryGetValue(1, out long value) && value == 3);
        time.Move(TimeSpan.FromSeconds(3));
        Assert.False(cache.ContainsKey(1));
    }

    [Fact]
    public void TimeToLive_OfTheOptions_IsTheDefault()
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions
        {
            MaxEntries = 10,
            TimeProvider = time,
            TimeToLive = TimeSpan.FromMinutes(1),
        });
        cache.Set(1, 1);
        cache.GetOrAdd(2, static key => key);
        cache.TryAdd(3, 3, Timeout.InfiniteTimeSpan);
        time.Move(TimeSpan.FromSeconds(59));
        Assert.Equal(3, cache.Select(static entry => entry.Key).Count());
        time.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(3, Assert.Single(cache).Key);
    }

    [Fact]
    public void TimeToLive_OutOfRange_IsRefusedByNameAndChangesNothing()
    {
        using Cache cache = Create(new ManualTime());
        ShardCacheOptions options = new();
        foreach (TimeSpan wrong in (TimeSpan[])[
            TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.FromDays(-1), TimeSpan.MinValue, TimeSpan.MaxValue,
            ShardCacheOptions.MaxTimeToLive + TimeSpan.FromTicks(1)])
        {
            Assert.Equal(
                "timeToLive", Assert.Throws<ArgumentOutOfRangeException>(() => cache.Set(1, 1, wrong)).ParamName);
            Assert.Throws<ArgumentOutOfRangeException>(() => cache.TryAdd(1, 1, wrong));
            Assert.Throws<ArgumentOutOfRangeException>(() => cache.GetOrAdd(1, 1, wrong));
            Assert.Throws<ArgumentOutOfRangeException>(() => cache.GetOrAdd(1, static key => key, wrong));
            Assert.Equal(
                "TimeToLive", Assert.Throws<ArgumentOutOfRangeException>(() => options.TimeToLive = wrong).ParamName);
        }

        Assert.Equal(0, cache.Count);
        options.TimeToLive = Timeout.InfiniteTimeSpan;
        cache.Set(1, 1, TimeSpan.FromTicks(1));
        cache.Set(2, 2, ShardCacheOptions.MaxTimeToLive);
        Assert.True(cache.TryGetValue(2, out _, out TimeSpan remaining));
        Assert.InRange(
            remaining, ShardCacheOptions.MaxTimeToLive - s_tick, ShardCacheOptions.MaxTimeToLive + (2 * s_tick));
    }

    [Fact]
    public void Clock_GoesBack_StandsUntilItCatchesUp()
    {
        ManualTime time = new();
        using Cache cache = Create(time);
        time.Move(TimeSpan.FromHours(2));
        cache.Set(1, 1, TimeSpan.FromMinutes(10));
        time.Move(TimeSpan.FromHours(-1));
        Assert.True(cache.TryGetValue(1, out _, out TimeSpan remaining));
        Assert.InRange(remaining, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10) + (2 * s_tick));
        cache.Set(2, 2, TimeSpan.FromMinutes(10));
        time.Move(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(11));
        Assert.Empty(cache);
    }

    /// <summary>Ticks wrap around after 795 days. A clock that jumps by years must not make old entries look
    /// new.</summary>
    [Fact]
    public void Clock_JumpsByYears_RevivesNoEntry()
    {
        ManualTime time = new();
        using Cache cache = Create(time);
        cache.Set(0, 0);
        for (int jump = 0; jump < 40; jump++)
        {
            cache.Set(1, 1, TimeSpan.FromDays(1));
            cache.Set(2, 2, ShardCacheOptions.MaxTimeToLive);
            time.Move(TimeSpan.FromDays(100 + (jump * 30)));
            Assert.False(cache.TryGetValue(1, out _), $"jump {jump}");
            cache.RemoveExpired();
            Assert.Equal(jump < 10 ? 2 : 1, cache.Count);
        }

        Assert.True(cache.ContainsKey(0));
    }

    /// <summary>A life that is longer than what is left until the ticks wrap around looks like one that is over, to a
    /// sweep that has read the clock before the jump.</summary>
    [Fact]
    public unsafe void Clock_JumpsDuringASweep_KeepsWhatWasStoredAfterwards()
    {
        ManualTime time = new();
        using ShardCache<long, long, HookedHasher> cache = new(
            new ShardCacheOptions { MaxEntries = 2_000, ShardCount = 2, TimeProvider = time });
        long[] keys = new long[2];
        for (long key = 1; keys[0] == 0 || keys[1] == 0; key++)
        {
            keys[cache.Shards.ShardFor(cache.Shards.Hash(key)).Side->ShardIndex] = key;
        }

        cache.Set(keys[0], 1, TimeSpan.FromSeconds(1));
        FaultInjection.Post = static () => true; // no sweep in the background
        try
        {
            time.Move(TimeSpan.FromSeconds(2));
            HookedHasher.OnHash = key =>
            {
                HookedHasher.OnHash = null; // the sweep of the first shard removes its entry
                Assert.Equal(keys[0], key);
                time.Move(TimeSpan.FromDays(150));
                Thread writer = new(() => cache.Set(keys[1], 2, ShardCacheOptions.MaxTimeToLive));
                writer.Start();
                writer.Join();
            };
            Assert.Equal(1, cache.RemoveExpired());
        }
        finally
        {
            FaultInjection.Post = null;
            HookedHasher.OnHash = null;
        }

        Assert.False(cache.ContainsKey(keys[0]));
        Assert.True(cache.ContainsKey(keys[1]));
    }

    [Fact]
    public void Clock_Throws_ChangesNothing()
    {
        HostileTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 4, ShardCount = 1, TimeProvider = time });
        for (long key = 0; key < 4; key++)
        {
            cache.Set(key, key, TimeSpan.FromMinutes(1));
        }

        time.Fails = true;
        Assert.Throws<InvalidTimeZoneException>(() => cache.Set(0, 9, TimeSpan.FromMinutes(1)));
        Assert.Throws<InvalidTimeZoneException>(() => cache.Set(4, 9));
        Assert.Throws<InvalidTimeZoneException>(() => cache.TryGetValue(0, out _));
        Assert.Throws<InvalidTimeZoneException>(() => cache.TryRemove(0, out _));
        Assert.Throws<InvalidTimeZoneException>(() => cache.Trim(1));
        Assert.Throws<InvalidTimeZoneException>(() => cache.RemoveExpired());
        time.Fails = false;
        Assert.Equal([0L, 1L, 2L, 3L], cache.Select(static entry => entry.Value).Order());
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void Clock_Stands_ExpiresNothing()
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 1000, TimeProvider = time });
        for (long key = 0; key < 100; key++)
        {
            cache.Set(key, key, TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(0, cache.RemoveExpired());
        Assert.All(Enumerable.Range(0, 100), key => Assert.True(cache.TryGetValue(key, out _)));
        Assert.Equal(0, cache.GetStatistics().Expired);
    }

    [Fact]
    public void Inserts_OfOtherKeys_RemoveWhatHasExpired()
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 10_000, ShardCount = 2, TimeProvider = time });
        for (long key = 0; key < 5000; key++)
        {
            cache.Set(key, key, TimeSpan.FromSeconds(1));
        }

        time.Move(TimeSpan.FromMilliseconds(500));
        for (long key = 0; key < 100; key++)
        {
            cache.Set(100_000 + key, key);
        }

        Assert.Equal(5100, cache.Count);
        time.Move(TimeSpan.FromSeconds(1));
        for (long key = 0; key < 2200; key++)
        {
            cache.Set(200_000 + key, key); // each looks at one group
        }

        Assert.Equal(2300, cache.Count);
        Assert.Equal(5000, cache.GetStatistics().Expired);
    }

    [Fact]
    public void IdleCache_ExpiredEntries_LeaveWithoutTraffic()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 10_000 });
        for (long key = 0; key < 10_000; key++)
        {
            cache.Set(key, key, TimeSpan.FromMilliseconds(20));
        }

        Assert.True(SpinWait.SpinUntil(() => cache.Count == 0, TimeSpan.FromSeconds(60)), $"{cache.Count} are left");
        Assert.InRange(cache.GetStatistics().Expired, 1, 10_000);
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void IdleCache_OfATimeProvider_IsSweptByItsTimer()
    {
        ManualTime time = new();
        Cache cache = Create(time);
        cache.Set(1, 1);
        Assert.Equal(0, time.TimerCount);
        cache.Set(2, 2, TimeSpan.FromSeconds(10));
        Assert.Equal(1, time.TimerCount);
        time.Move(TimeSpan.FromSeconds(11));
        Assert.True(SpinWait.SpinUntil(() => cache.Count == 1, TimeSpan.FromSeconds(60)));
        cache.Dispose();
        Assert.Equal(0, time.TimerCount);
    }

    [Fact]
    public void Set_TimerRefused_ThrowsAndTheNextOneGetsIt()
    {
        HostileTime time = new() { OnCreate = static () => throw new InvalidTimeZoneException() };
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 100, TimeProvider = time });
        Assert.Throws<InvalidTimeZoneException>(() => cache.Set(1, 1, TimeSpan.FromSeconds(10)));
        Assert.False(cache.ContainsKey(1));
        Assert.Throws<InvalidTimeZoneException>(() => cache.Set(1, 1, TimeSpan.FromSeconds(20)));
        time.OnCreate = null;
        cache.Set(1, 1, TimeSpan.FromSeconds(20));
        Assert.Equal(1, time.Timers);
        cache.Set(2, 2, TimeSpan.FromSeconds(5));
        Assert.Equal(1, time.Timers);
    }

    private static Cache Create(ManualTime time) =>
        new(new ShardCacheOptions { MaxEntries = 100, TimeProvider = time });

    private readonly struct HookedHasher : IKeyHasher<long>
    {
        /// <summary>Called with the key, on this thread only.</summary>
        [field: ThreadStatic]
        public static Action<long>? OnHash { get; set; }

        public ulong Hash(long key, HashSeed seed)
        {
            OnHash?.Invoke(key);
            return HashMixer.Mix((ulong)key, seed);
        }
    }
}
