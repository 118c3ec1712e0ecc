using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Snapshots;

/// <summary>What a snapshot that ends leaves behind.</summary>
public unsafe class ThawTests
{
    private const int Entries = 2_000;

    [Theory]
    [InlineData(1, Entries)]
    [InlineData(4, Entries)]
    [InlineData(4, 3)] // shards of one group, and empty ones
    [InlineData(2, 100_000)] // tables past the size up to which retired ones are cleared in place
    public void Dispose_NothingWritten_LeavesTheMapAsItWas(int shards, int entries)
    {
        using ShardMap<long, long> map = TinyMaps.Filled(entries, TinyMaps.Options(shards));
        TableState before = TableState.Of(map);
        for (int round = 0; round < 3; round++)
        {
            ShardMapSnapshot<long, long> snapshot = map.Snapshot(copyNow: false);
            Assert.Empty(map.Shards.FindViolations());
            Assert.Equal(entries, snapshot.ToArray().Length);
            Assert.True(map.ContainsKey(entries - 1));
            Assert.False(map.ContainsKey(entries));
            Assert.InRange(map.GetStatistics().MigrationsActive, 1, shards);
            snapshot.Dispose();
            TableState.AssertSame(before, TableState.Of(map));
        }

        Assert.Empty(map.Shards.FindViolations());
        for (long key = 0; key < entries; key++)
        {
            map[key] = -key;
            Assert.Equal(-key, map[key]);
        }
    }

    /// <summary>The first write to a shard is the one that counts, whatever it finds.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Dispose_OneWriteMeanwhile_KeepsIt(int kind)
    {
        using ShardMap<long, long> map = TinyMaps.Filled(Entries, TinyMaps.Options(shards: 4));
        Dictionary<long, long> expected = new(map);
        for (long key = 0; key < 300; key++)
        {
            using ShardMapSnapshot<long, long> snapshot = map.Snapshot(copyNow: false);
            switch (kind)
            {
                case 0:
                    map[key] = expected[key] = -1 - key;
                    break;
                case 1:
                    Assert.True(map.TryAdd(Entries + key, key));
                    expected.Add(Entries + key, key);
                    break;
                case 2:
                    Assert.True(map.TryRemove(key, out _));
                    expected.Remove(key);
                    break;
                default:
                    Assert.False(map.TryRemove(Entries + key, out _));
                    break;
            }

            snapshot.Dispose();
            Assert.Equal(1, map.GetStatistics().MigrationsActive);
            Assert.Equal(expected.Count, map.Count);
        }

        Assert.Empty(map.Shards.FindViolations());
        TinyMaps.AssertSame(expected, map);
    }

    [Fact]
    public void Dispose_SecondSnapshotMeanwhile_OnlyThatOneGivesItsTablesBack()
    {
        using ShardMap<long, long> map = TinyMaps.Filled(Entries, TinyMaps.Options());
        ShardMapSnapshot<long, long> first = map.Snapshot(copyNow: false);
        ShardMapSnapshot<long, long> second = map.Snapshot(copyNow: false);
        TableRef frozenBySecond = map.Shards.Header->Views[0].Previous;
        Assert.Equal(2, map.GetStatistics().MigrationsActive);
        first.Dispose();
        Assert.Equal(2, map.GetStatistics().MigrationsActive);
        second.Dispose();
        Assert.Equal(0, map.GetStatistics().MigrationsActive);
        Assert.Equal(frozenBySecond, map.Shards.Header->Views[0].Current);
        Assert.Equal(Entries, map.ToArray().Length);
        Assert.Empty(map.Shards.FindViolations());
    }

    /// <summary>
    /// The tables' own statistics come back with them: otherwise a map that is saved often would never rebuild.
    /// </summary>
    [Fact]
    public void Dispose_SaturatedTable_CountsOnTowardsItsRebuild()
    {
        using ShardMap<ulong, ulong, ConstantHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (ulong key = 0; key < 700; key++)
        {
            map[key] = key;
        }

        for (ulong key = 0; key < 100; key++)
        {
            Assert.True(map.TryRemove(key, out _));
        }

        WriteSide* side = map.Shards.Header->WriteSides;
        (int Saturated, long Removes) before = (side->SaturatedGroups, side->RemovesSinceRebuild);
        Assert.InRange(before.Saturated, 1, 1000);
        Assert.Equal(100, before.Removes);
        using (map.Snapshot(copyNow: false))
        {
            Assert.Empty(map.Shards.FindViolations());
        }

        Assert.Equal(before, (side->SaturatedGroups, side->RemovesSinceRebuild));
        using (map.Snapshot(copyNow: false))
        {
            map[5000] = 1;
        }

        Assert.Empty(map.Shards.FindViolations());
        Assert.Equal(0, side->RemovesSinceRebuild);
    }

    [Fact]
    public void Dispose_ByTheOwnerOfAnExclusivePhase_KeepsOthersOut()
    {
        using ShardMap<long, long> map = TinyMaps.Filled(Entries, TinyMaps.Options());
        TableState before = TableState.Of(map);
        ShardMapSnapshot<long, long> snapshot = map.Snapshot(copyNow: false);
        using (ShardMapExclusive<long, long, DefaultHasher<long>> exclusive = map.EnterExclusive())
        {
            snapshot.Dispose();
            Assert.True(new GenerationWord(map.Shards.Header->Views[0].Generation).IsBusy);
            Assert.Equal(7, exclusive[7]);
            Exception? refusal = null;
            // a task may run on the thread that waits for it
            Thread other = new(() => refusal = Record.Exception(() => map[7]));
            other.Start();
            other.Join();
            Assert.IsType<InvalidOperationException>(refusal);
        }

        TableState.AssertSame(before, TableState.Of(map));
        Assert.Equal(7, map[7]);
        Assert.Empty(map.Shards.FindViolations());
    }

    /// <summary>
    /// Nearly full shards freeze with a larger table to grow into, which goes when the snapshot ends.
    /// </summary>
    [Fact]
    public void EnsureCapacity_SnapshotWithLargerTables_KeepsItsPromise()
    {
        ShardMapOptions options = TinyMaps.Options(shards: 1);
        using ShardMap<long, long> map = TinyMaps.Filled(1, options);
        map.EnsureCapacity(1_000);
        long capacity = map.Capacity;
        for (long key = 0; key < capacity; key++)
        {
            map[key] = key;
        }

        Assert.Equal(capacity, map.Capacity);
        using (map.Snapshot(copyNow: false))
        {
            Assert.InRange(map.Capacity, capacity + 1, long.MaxValue);
        }

        Assert.Equal(capacity, map.Capacity);
        using (map.Snapshot(copyNow: false))
        {
            map.EnsureCapacity(capacity + 1);
        }

        Assert.InRange(map.Capacity, capacity + 1, long.MaxValue);
        Assert.Equal(capacity, map.ToArray().Length);
    }

    [Fact]
    public void MoveSomeGroups_FrozenShards_MovesOnlyThoseThatWereWrittenTo()
    {
        using ShardMap<long, long> map = TinyMaps.Filled(Entries, TinyMaps.Options());
        TableState before = TableState.Of(map);
        IMigratingMap migrating = map;
        using (map.Snapshot(copyNow: false))
        {
            Assert.False(migrating.MoveSomeGroups());
        }

        TableState.AssertSame(before, TableState.Of(map));
        using (map.Snapshot(copyNow: false))
        {
            map[1] = 1;
            while (migrating.MoveSomeGroups())
            {
            }

            Assert.Equal(1, map.GetStatistics().MigrationsActive);
        }

        Assert.Equal(0, map.GetStatistics().MigrationsActive);
        Assert.Empty(map.Shards.FindViolations());
    }

    /// <summary>
    /// A hasher that fails at the first group moves nothing, and takes nothing from what the table counts.
    /// </summary>
    [Fact]
    public void Dispose_HasherThrewAtTheFirstGroup_GivesTheTableBack()
    {
        using ShardMap<ulong, ulong, FailingHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (ulong key = 0; key < 700; key++)
        {
            map[key] = key;
        }

        ShardMapStatistics before = map.GetStatistics();
        Assert.InRange(before.SaturatedGroups, 1, 1000);
        using (map.Snapshot(copyNow: false))
        {
            FailingHasher.CallsLeft = 1; // the write's own, not the first move's
            Assert.Throws<InvalidOperationException>(() => map[1] = 5);
            FailingHasher.CallsLeft = null;
            Assert.Empty(map.Shards.FindViolations());
        }

        ShardMapStatistics after = map.GetStatistics();
        Assert.Equal(
            (0, before.GroupsMoved, before.SaturatedGroups),
            (after.MigrationsActive, after.GroupsMoved, after.SaturatedGroups));
        Assert.Equal(1UL, map[1]);
        Assert.Empty(map.Shards.FindViolations());
    }

    private readonly struct FailingHasher : IKeyHasher<ulong>
    {
        [ThreadStatic]
        public static int? CallsLeft;

        public ulong Hash(ulong key, HashSeed seed) =>
            CallsLeft-- == 0 ? throw new InvalidOperationException("A hasher of the test's.") : 42UL;
    }
}
