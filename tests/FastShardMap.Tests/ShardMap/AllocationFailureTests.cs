using FastShardMap.Memory;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>The system refuses memory: an exception, the entries as they were, and a map that works on.</summary>
public sealed class AllocationFailureTests
{
    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 1, 16 }, { 4, 1 }, { 16, 2 } };

    public static TheoryData<int> Inserts =>
        [.. Enumerable.Range(0, MapOperation.All.Count).Where(static index =>
        {
            using Map map = new();
            MapOperation.All[index].Call(map, 5);
            return map.Count == 1;
        })];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TryAdd_EveryGrowthRefusedOnce_LosesNothing(int shards, int stepGroups)
    {
        using Map map = NewMap(shards, stepGroups);
        int refused = 0;
        for (ulong key = 0; key < 6000; key++)
        {
            Exception? exception = null;
            WithoutMemory(() => exception = Record.Exception(() => map.TryAdd(key, ~key)));
            if (exception is null)
            {
                continue;
            }

            refused++;
            Assert.IsType<OutOfMemoryException>(exception);
            Assert.Equal((long)key, map.Count);
            Assert.False(map.ContainsKey(key));

            // What needs no memory goes on without it.
            WithoutMemory(() =>
            {
                for (ulong present = 0; present < key; present++)
                {
                    Assert.Equal(~present, map[present]);
                }

                Assert.Equal((long)key, map.ToArray().Length);
                if (key > 0)
                {
                    map[key - 1] = 1;
                    Assert.True(map.TryRemove(key - 1, out _));
                    map[key - 1] = ~(key - 1);
                }

                Assert.Empty(map.Shards.FindViolations());
            });
            Assert.True(map.TryAdd(key, ~key));
        }

        // From the first table to the last: every doubling of every shard.
        Assert.InRange(refused, shards * 4, int.MaxValue);
        for (ulong key = 0; key < 6000; key++)
        {
            Assert.Equal(~key, map[key]);
        }
    }

    [Theory]
    [MemberData(nameof(Inserts))]
    public void Insert_ByAnyMember_RefusedAndThenPerformed(int index)
    {
        MapOperation operation = MapOperation.All[index];
        using Map map = NewMap(1, 1);
        Exception? exception = null;
        ulong key = 0;
        for (; exception is null; key++)
        {
            map[key] = key;
            WithoutMemory(() => exception = Record.Exception(() => operation.Call(map, 1_000_000)));
            map.TryRemove(1_000_000, out _);
        }

        Assert.IsType<OutOfMemoryException>(exception);
        Assert.Equal((long)key, map.Count);
        Assert.Empty(map.Shards.FindViolations());
        operation.Call(map, 1_000_000);
        Assert.Equal((long)key + 1, map.Count);
    }

    [Fact]
    public void EnsureCapacity_RefusedAtEachAllocationInTurn_LosesNothing()
    {
        const int Shards = 4;
        for (int allowed = 0; allowed <= Shards; allowed++)
        {
            using Map map = Filled(Shards);
            Exception? exception = null;
            WithMemoryFor(allowed, () => exception = Record.Exception(() => map.EnsureCapacity(50_000)));
            Assert.Equal(allowed < Shards, exception is OutOfMemoryException);
            AssertFilled(map);
            map.EnsureCapacity(50_000);
            Assert.InRange(map.Capacity, 50_000, long.MaxValue);
            AssertFilled(map);
        }
    }

    [Fact]
    public void TrimExcess_RefusedAtEachAllocationInTurn_LosesNothing()
    {
        const int Shards = 4;
        for (int allowed = 0; allowed <= Shards; allowed++)
        {
            using Map map = Filled(Shards);
            map.EnsureCapacity(100_000);
            WithMemoryFor(allowed, () => _ = Record.Exception(map.TrimExcess));
            AssertFilled(map);
            map.TrimExcess();
            Assert.InRange(map.Capacity, 1000, 4000);
            AssertFilled(map);
        }
    }

    [Fact]
    public void Clear_Refused_SucceedsWithSmallerTables()
    {
        for (int allowed = 0; allowed <= 4; allowed++)
        {
            using Map map = Filled(4);
            WithMemoryFor(allowed, map.Clear);
            Assert.Equal(0, map.Count);
            Assert.Empty(map.Shards.FindViolations());
            Fill(map);
            AssertFilled(map);
        }
    }

    [Fact]
    public void Constructor_RefusedAtEachAllocationInTurn_Throws()
    {
        for (int allowed = 0; allowed < 5; allowed++)
        {
            WithMemoryFor(allowed, () => Assert.Throws<OutOfMemoryException>(
                static () => new Map(new ShardMapOptions { ShardCount = 4, Capacity = 10_000 })));
        }
    }

    [Fact]
    public void Rebuild_Refused_LeavesTheRemovalDone()
    {
        using ShardMap<ulong, ulong, ConstantHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (ulong key = 0; key < 600; key++)
        {
            map[key] = key;
        }

        Assert.NotEqual(0, map.GetStatistics().SaturatedGroups);
        WithoutMemory(() =>
        {
            for (ulong round = 0; round < 4000; round++)
            {
                Assert.True(map.TryRemove(round % 600, out _));
                map[round % 600] = round;
            }
        });
        Assert.Equal(600, map.Count);
        Assert.Empty(map.Shards.FindViolations());
    }

    private static Map NewMap(int shards, int stepGroups) =>
        new(new ShardMapOptions { ShardCount = shards, MigrationStepGroups = stepGroups });

    private static Map Filled(int shards)
    {
        Map map = NewMap(shards, 2);
        Fill(map);
        return map;
    }

    private static void Fill(Map map)
    {
        for (ulong key = 0; key < 1000; key++)
        {
            map[key] = key * 3;
        }
    }

    private static void AssertFilled(Map map)
    {
        Assert.Empty(map.Shards.FindViolations());
        Assert.Equal(1000, map.Count);
        for (ulong key = 0; key < 1000; key++)
        {
            Assert.Equal(key * 3, map[key]);
        }
    }

    private static void WithoutMemory(Action action) => WithMemoryFor(0, action);

    private static void WithMemoryFor(int allowed, Action action)
    {
        FaultInjection.Allocate = _ => allowed-- <= 0;
        try
        {
            action();
        }
        finally
        {
            FaultInjection.Allocate = null;
        }
    }
}
