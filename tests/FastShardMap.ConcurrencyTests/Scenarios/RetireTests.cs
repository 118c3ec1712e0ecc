using FastShardMap.ConcurrencyTests.Scheduling;
using FastShardMap.Memory;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>What becomes of replaced tables, where histories say nothing.</summary>
public class RetireTests
{
    [Fact]
    public void Tables_ThatAreReplacedAgainAndAgain_AreGivenBack()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        long first = Turn(map);
        for (int round = 0; round < 50; round++)
        {
            Assert.Equal(first, Turn(map));
        }
    }

    /// <summary>Without their help the next growth would find a migration still running.</summary>
    [Fact]
    public void TimedWrites_WithoutAnyOthers_EndTheirMigrations()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (ulong key = 0; key < 2_000; key++)
        {
            Assert.Equal(DeadlineResult.Done, map.TrySet(key, key, TimeSpan.Zero));
        }

        Assert.Equal(2_000, map.Count);
    }

    /// <summary>Removals elsewhere count, too: the lookups that saturated groups make longer are those of absent
    /// keys.</summary>
    [Fact]
    public void Removals_WhereGroupsAreSaturated_LeadToARebuild()
    {
        using ShardMap<ulong, ulong, PlacedHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int id = 0; id < 400; id++)
        {
            map[PlacedHasher.Key(home: 1, tag: 1, id)] = 1;
        }

        ShardMapStatistics before = map.GetStatistics();
        Assert.NotEqual(0, before.SaturatedGroups);
        for (long round = 0; round < map.Capacity; round++)
        {
            map[PlacedHasher.Key(home: 12, tag: 2, id: 1)] = 1;
            Assert.True(map.TryRemove(PlacedHasher.Key(home: 12, tag: 2, id: 1), out _));
        }

        Assert.Equal(before.MigrationsStarted + 1, map.GetStatistics().MigrationsStarted);
        Assert.Equal(before.Capacity, map.Capacity);
    }

    /// <summary>Dispose has set its flag, and has not come to the shard yet.</summary>
    [Fact]
    public void Writes_BesideDispose_Throw()
    {
        ShardMap<ulong, ulong, PlacedHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        ulong present = PlacedHasher.Key(home: 1, tag: 1, id: 1);
        ulong absent = PlacedHasher.Key(home: 2, tag: 1, id: 1);
        map[present] = 1;
        int tried = 0;
        Interruption.Run(
            (step, _) =>
            {
                if (step == "lock")
                {
                    Assert.Throws<ObjectDisposedException>(() => map.TryAdd(absent, 1));
                    Assert.Throws<ObjectDisposedException>(() => map.TryRemove(present, out ulong _));
                    tried++;
                }
            },
            map.Dispose);
        Assert.Equal(1, tried);
    }

    [Fact]
    public void Removals_OfLongKeysInTheirHome_ReleaseTheRecords()
    {
        string key = new('k', 100);
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        map[key] = 1;
        Assert.NotEqual(0, map.GetStatistics().RecordBytesLive);
        Assert.True(map.TryRemove(key, 1));
        Assert.Equal(0, map.GetStatistics().RecordBytesLive);
        map[key] = 1;
        Assert.True(map.TryRemove(key, out _));
        Assert.Equal(0, map.GetStatistics().RecordBytesLive);
    }

    /// <summary>The second key has its home group to itself, and no segment has room for its record.</summary>
    [Fact]
    public void Additions_WithoutMemoryForTheRecord_LeaveTheShardUsable()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, Capacity = 1000 });
        map["first"] = 1;
        FaultInjection.Allocate = static _ => true;
        try
        {
            Assert.Throws<OutOfMemoryException>(() => map.TryAdd(new string('k', 10_000), 2));
        }
        finally
        {
            FaultInjection.Allocate = null;
        }

        Assert.Equal(1, map.Count);
        Assert.True(map.TryAdd(new string('k', 10_000), 2));
    }

    private static long Turn(ShardMap<ulong, ulong> map)
    {
        for (ulong key = 0; key < 500; key++)
        {
            map[key] = key;
        }

        for (ulong key = 0; key < 500; key++)
        {
            map.TryRemove(key, out _);
        }

        map.TrimExcess();
        return map.BytesAllocated;
    }
}
