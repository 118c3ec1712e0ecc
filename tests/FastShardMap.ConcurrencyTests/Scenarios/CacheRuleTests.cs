using FastShardMap.Caching;
using FastShardMap.ConcurrencyTests.Scheduling;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>What the policy and the clock of a cache rely on, one thread at a time.</summary>
public sealed unsafe class CacheRuleTests
{
    private const int Limit = 50;

    [Fact]
    public void Rings_AnyOperations_AgreeWithTheTable()
    {
        using ShardCache<ulong, ulong, PlacedHasher> cache = Create();
        Random random = new(17);
        for (int step = 0; step < 4000; step++)
        {
            ulong key = Key(random.Next(80));
            switch (random.Next(100))
            {
                case < 40:
                    cache.Set(key, key);
                    break;
                case < 60:
                    Assert.True(!cache.TryGetValue(key, out ulong value) || value == key);
                    break;
                case < 90:
                    cache.TryRemove(key, out _);
                    break;
                case < 98:
                    cache.Trim(3);
                    break;
                default:
                    cache.Clear();
                    break;
            }

            if (step % 16 == 0)
            {
                Assert.Empty(cache.FindViolations());
            }
        }
    }

    [Fact]
    public void Limit_FullCache_IsReachedAndNotExceeded()
    {
        using ShardCache<ulong, ulong, PlacedHasher> cache = Create();
        for (int id = 0; id < 3 * Limit; id++)
        {
            cache.Set(Key(id), 1);
            Assert.Equal(Math.Min(id + 1, Limit), cache.Count);
        }

        Assert.Equal(2 * Limit, cache.GetStatistics().EvictedForEntries);
    }

    [Fact]
    public void Eviction_AllEntriesInUse_LooksAtSixteenOfThem()
    {
        using ShardCache<ulong, ulong, PlacedHasher> cache = Create();
        for (int id = 0; id < 20 * Limit; id++)
        {
            long before = cache.Sides->Pops;
            cache.Set(Key(id), 1);
            Assert.InRange(cache.Sides->Pops - before, 0, 16);
            for (int use = 0; use < 3; use++)
            {
                for (int present = Math.Max(0, id - 200); present <= id; present++)
                {
                    cache.TryGetValue(Key(present), out _);
                }
            }
        }

        Assert.InRange(cache.GetStatistics().ForcedEvictions, 1, long.MaxValue);
    }

    /// <summary>Entries of one shard have equal low bits of their hashes, and those of one group equal high
    /// bits.</summary>
    [Theory]
    [InlineData(0UL, 12)]
    [InlineData(0xABC0_0000_0000_0000UL, 5)]
    [InlineData(0x0000_0000_0000_0FFFUL, 20)]
    public void Ghosts_HashesWithCommonBits_AreToldApart(ulong common, int shift)
    {
        const int Hashes = 4000;
        HashSet<(uint Row, uint Fingerprint)> ghosts = [];
        HashSet<uint> fingerprints = [];
        for (ulong id = 0; id < Hashes; id++)
        {
            uint row = GhostWord.RowOf(common ^ (id << shift), 64, out uint fingerprint);
            Assert.InRange(row, 0U, 63U);
            ghosts.Add((row, fingerprint));
            fingerprints.Add(fingerprint);
        }

        // 131,072 places: so many different hashes share one with another by chance alone.
        Assert.InRange(ghosts.Count, Hashes - 120, Hashes);
        Assert.InRange(fingerprints.Count, 1500, 2048);
    }

    [Fact]
    public void Expiry_PassedEntry_IsAbsentForEveryOperation()
    {
        using ShardCache<ulong, ulong, PlacedHasher> cache = Create();
        TimeSpan life = TimeSpan.FromMinutes(1);
        for (int id = 0; id < 8; id++)
        {
            cache.Set(Key(id), 1, life);
        }

        Assert.True(cache.TryGetValue(Key(0), out _) && cache.TryGetValue(Key(0), out _, out _));
        CoarseTick.Now += ExpiryTick.LifeOf(life) + 2;

        Assert.False(cache.TryGetValue(Key(0), out _));
        Assert.False(cache.TryGetValue(Key(0), out _, out _));
        Assert.False(cache.TryUpdate(Key(1), 2, comparisonValue: 1));
        Assert.Equal(3UL, cache.GetOrAdd(Key(2), 3));
        Assert.False(cache.TryRemove(Key(3), out _));
        Assert.True(cache.TryAdd(Key(4), 4));
        long added = cache.GetStatistics().Added;
        cache.Set(Key(5), 5);
        Assert.Equal(added + 1, cache.GetStatistics().Added); // not a replacement
        Assert.True(cache.TryGetValue(Key(5), out ulong value, out TimeSpan remaining) && value == 5);
        Assert.Equal(Timeout.InfiniteTimeSpan, remaining);
        Assert.Empty(cache.FindViolations());
    }

    /// <summary>Most of the entries of one home group are in other groups, where another loop finds them.</summary>
    [Fact]
    public void Expiry_PassedEntryOutsideOfItsHomeGroup_IsAbsent()
    {
        using ShardCache<ulong, ulong, PlacedHasher> cache = Create();
        ulong[] keys = [.. Enumerable.Range(0, Limit / 2).Select(static id => PlacedHasher.Key(0, id % 5, id))];
        TimeSpan life = TimeSpan.FromMinutes(1);
        foreach (ulong key in keys)
        {
            cache.Set(key, key, life);
        }

        Assert.All(keys, key => Assert.True(cache.TryGetValue(key, out ulong value) && value == key));
        CoarseTick.Now += ExpiryTick.LifeOf(life) + 2;
        Assert.All(keys, key => Assert.False(cache.TryGetValue(key, out _)));
        Assert.All(keys, key => Assert.False(cache.ContainsKey(key)));
    }

    [Fact]
    public void Sweep_SomeExpired_RemovesThese()
    {
        using ShardCache<ulong, ulong, PlacedHasher> cache = Create();
        TimeSpan life = TimeSpan.FromMinutes(1);
        for (int id = 0; id < 30; id++)
        {
            cache.Set(Key(id), 1, id % 3 == 0 ? Timeout.InfiniteTimeSpan : id % 3 == 1 ? life : life * 100);
        }

        uint now = CoarseTick.Now;
        CoarseTick.Now += ExpiryTick.LifeOf(life) + 2;
        for (int call = 0; call < 64; call++)
        {
            cache.TryRemove(Key(1000), out _); // a write sweeps one group
        }

        Assert.Equal((20, 10), (cache.Count, cache.GetStatistics().Expired));
        Assert.InRange(CoarseTick.Now, now, uint.MaxValue);
        Assert.Empty(cache.FindViolations());
    }

    /// <summary>A writer that has read the clock before the entries expired sweeps a group between two holds of the
    /// lock. That group is swept again with the later time.</summary>
    [Fact]
    public void Sweep_WriterWithAnEarlierTimeSweepsInTheMiddle_LeavesNoExpiredEntry()
    {
        using ShardCache<ulong, ulong, PlacedHasher> cache = Create(limit: 1_000);
        TimeSpan life = TimeSpan.FromMilliseconds(20);
        uint early = CoarseClock.Refresh();
        for (int id = 0; id < 1_000; id++)
        {
            cache.Set(Spread(id), 1, life);
        }

        uint late = CoarseClock.Refresh() + ExpiryTick.LifeOf(life) + 2;
        SpinWait.SpinUntil(() => CoarseClock.Refresh() > late);
        int holds = 0;
        Interruption.Run(
            (step, _) =>
            {
                holds += step == "lock" ? 1 : 0;
                if (step == "lock" && holds == 2)
                {
                    CoarseTick.Now = early;
                    cache.TryRemove(Spread(1_000), out ulong _);
                    CoarseClock.Refresh();
                }
            },
            () => cache.RemoveExpired());

        Assert.InRange(holds, 3, int.MaxValue);
        Assert.Equal((0, 1_000), (cache.Count, cache.GetStatistics().Expired));
    }

    /// <summary>A life that is longer than what is left until the ticks wrap around looks like one that is over, to a
    /// sweep that has read the clock before a jump.</summary>
    [Fact]
    public void Sweep_ClockJumpsInTheMiddle_KeepsWhatWasStoredAfterwards()
    {
        const ulong Last = 0xFFFF_FFFF_FFFF_FF00; // in the last group
        SetTime time = new();
        using ShardCache<ulong, ulong, PlacedHasher> cache = new(new ShardCacheOptions
        {
            MaxEntries = 1_000, ShardCount = 1, Seed = new HashSeed(1, 2), TimeProvider = time,
        });
        for (int id = 0; id < 900; id++)
        {
            cache.Set(Spread(id), 1, TimeSpan.FromSeconds(1));
        }

        time.Elapsed = TimeSpan.FromSeconds(2);
        int holds = 0;
        Interruption.Run(
            (step, _) =>
            {
                holds += step == "lock" ? 1 : 0;
                if (step == "lock" && holds == 2)
                {
                    time.Elapsed = TimeSpan.FromDays(150);
                    cache.Set(Last, 7, ShardCacheOptions.MaxTimeToLive);
                }
            },
            () => cache.RemoveExpired());

        Assert.InRange(holds, 3, int.MaxValue);
        Assert.True(cache.TryGetValue(Last, out ulong value) && value == 7);
        Assert.Equal((1, 900), (cache.Count, cache.GetStatistics().Expired));
    }

    /// <summary>Entries go from the small ring to the main one and around in that one while a copy of the rings
    /// pauses.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void CopiedRings_EvictionsBetweenTheSteps_HaveEveryEntryThatStays(int step)
    {
        for (int round = 0; round < 50; round++)
        {
            using ShardCache<ulong, ulong, PlacedHasher> cache = Create();
            Random random = new(round);
            int id = 0;
            Churn(cache, random, ref id, 4 * Limit);
            HashSet<ulong> stayed = [.. cache.Select(static entry => entry.Key)];
            HashSet<uint> met = [];
            uint[] part = new uint[step];
            foreach (bool isMain in (bool[])[false, true])
            {
                ulong place = 0;
                for (ulong left = 1; left != 0;)
                {
                    int count = Rings.Copy(cache.Sides, isMain, ref place, part, out left);
                    met.UnionWith(part[..count]);
                    if ((left != 0 || !isMain) && random.Next(10) < step)
                    {
                        Churn(cache, random, ref id, 3);
                        stayed.IntersectWith(cache.Select(static entry => entry.Key));
                    }
                }
            }

            Assert.NotEmpty(stayed);
            Assert.All(stayed, key => Assert.Contains(PositionOf(cache, key), met));
            if (round % 2 == 0)
            {
                ulong place = 0;
                Rings.Copy(cache.Sides, isMain: true, ref place, part, out _);
                cache.Clear();
                Assert.Equal(0, Rings.Copy(cache.Sides, isMain: true, ref place, part, out ulong none));
                Assert.Equal(0UL, none);
            }
        }
    }

    /// <summary>Lengths that grow make released records useless, so records are moved together again and
    /// again.</summary>
    [Fact]
    public void Records_MovedInSteps_AreWhereTheirGroupsSay()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 1024 * 1024, ShardCount = 1 });
        Random random = new(5);
        int checks = 0;
        FaultInjection.Post = static () => true; // only writes go on with it
        try
        {
            for (int step = 0; step < 12_000; step++)
            {
                string key = $"a key of more than fifteen bytes {random.Next(2_000)}";
                if (random.Next(5) == 0)
                {
                    cache.TryRemove(key);
                }
                else
                {
                    Assert.True(cache.Set(key, new byte[(step / 8) + random.Next(50)]));
                }

                if (Volatile.Read(ref cache.Inner.Sides->Compacting) != 0)
                {
                    checks++;
                    Assert.Empty(cache.Inner.FindViolations());
                }

                Assert.InRange(cache.BytesAllocated, 0, cache.MaxBytes);
            }
        }
        finally
        {
            FaultInjection.Post = null;
        }

        Assert.InRange(checks, 20, int.MaxValue);
        Assert.InRange(cache.GetStatistics().Compactions, 2, long.MaxValue);
        Assert.Empty(cache.Inner.FindViolations());
    }

    private static void Churn(ShardCache<ulong, ulong, PlacedHasher> cache, Random random, ref int id, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            cache.Set(Key(id++), 1);
            for (int use = 0; use < 4; use++)
            {
                cache.TryGetValue(Key(Math.Max(0, id - random.Next(Limit))), out _);
            }
        }
    }

    private static uint PositionOf(ShardCache<ulong, ulong, PlacedHasher> cache, ulong key)
    {
        TableRef table = cache.Shards.Header->Views[0].Current;
        for (ulong index = 0; index < table.Groups; index++)
        {
            Group* group = Table<ulong, CacheEntry<ulong>>.GroupAt(table, index);
            foreach (int slot in Table<ulong, CacheEntry<ulong>>.Occupied(group->Control))
            {
                if (*Table<ulong, CacheEntry<ulong>>.KeyAt(group, slot) == key)
                {
                    return SlotPosition.Of(index, slot).Word;
                }
            }
        }

        throw new KeyNotFoundException();
    }

    // Another test may have moved the clock.
    private static ShardCache<ulong, ulong, PlacedHasher> Create(int limit = Limit)
    {
        CoarseTick.Now = 0;
        CoarseClock.Refresh();
        return new(new ShardCacheOptions { MaxEntries = limit, ShardCount = 1, Seed = new HashSeed(1, 2) });
    }

    private static ulong Spread(int id) => unchecked((ulong)id * 0x9E37_79B9_7F4A_7C15);

    private static ulong Key(int id) => PlacedHasher.Key(id & 3, id % 5, id);

    /// <summary>A clock that stands until a test sets it, and whose timers never fire.</summary>
    private sealed class SetTime : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;

        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
