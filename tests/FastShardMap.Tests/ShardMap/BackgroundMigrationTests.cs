using FastShardMap.Sharding;
using FastShardMap.Tests.Memory;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>The background thread is there when there is something to move, and at no other time.</summary>
[Collection(SerialTests.Name)]
public sealed class BackgroundMigrationTests
{
    [Fact]
    public void Maps_Idle_WakeNoThread()
    {
        TimeSpan limit = BackgroundMigration.Threads.IdleLimit;
        BackgroundMigration.Threads.IdleLimit = TimeSpan.FromMilliseconds(20);
        List<Map> maps = [];
        try
        {
            // Some have migrated, most have never had anything to move.
            for (int i = 0; i < 2000; i++)
            {
                Map map = new(
                    new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1, BackgroundMigration = true });
                maps.Add(map);
                for (ulong key = 0; key < (i < 20 ? 3000UL : 1UL); key++)
                {
                    map[key] = key;
                }
            }

            Assert.True(SpinWait.SpinUntil(
                () => maps.TrueForAll(static map => map.GetStatistics().MigrationsActive == 0),
                TimeSpan.FromMinutes(1)));
            Assert.True(
                SpinWait.SpinUntil(static () => BackgroundMigration.Threads.Count == 0, TimeSpan.FromMinutes(1)));
            long wakeups = BackgroundMigration.Threads.Wakeups;
            foreach (Map map in maps)
            {
                map[0] = 1;
                Assert.True(map.TryGetValue(0, out _));
            }

            Thread.Sleep(200);
            Assert.Equal((wakeups, 0), (BackgroundMigration.Threads.Wakeups, BackgroundMigration.Threads.Count));
        }
        finally
        {
            BackgroundMigration.Threads.IdleLimit = limit;
            maps.ForEach(static map => map.Dispose());
        }
    }

    [Fact]
    public void Snapshot_WrittenToOnce_HasItsMigrationFinished()
    {
        using Map map = Filled();
        using ShardMapSnapshot<ulong, ulong> snapshot = map.Snapshot(copyNow: false);
        Assert.Equal(1, map.GetStatistics().MigrationsActive);
        Thread.Sleep(50);
        // nobody has written: the snapshot's end may give the table back
        Assert.Equal(1, map.GetStatistics().MigrationsActive);
        map[1] = 2;
        AssertComesToRest(map);
    }

    [Fact]
    public void ExclusivePhase_LeavesAMigration_ItsEndHasItFinished()
    {
        using Map map = new(
            new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1, BackgroundMigration = true });
        using (ShardMapExclusive<ulong, ulong, DefaultHasher<ulong>> mine = map.EnterExclusive())
        {
            for (ulong key = 0; map.GetStatistics().MigrationsActive == 0; key++)
            {
                mine[key] = key;
            }

            Thread.Sleep(50);
            Assert.Equal(1, map.GetStatistics().MigrationsActive);
        }

        AssertComesToRest(map);
    }

    [Fact]
    public void Clone_OfAMapWithTheOption_HasIt()
    {
        using Map map = Filled();
        using Map copy = map.Clone();
        for (ulong key = 10_000; copy.GetStatistics().MigrationsActive == 0; key++)
        {
            copy[key] = key;
        }

        AssertComesToRest(copy);
    }

    private static Map Filled()
    {
        Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1, BackgroundMigration = true });
        for (ulong key = 0; key < 3000; key++)
        {
            map[key] = key;
        }

        AssertComesToRest(map);
        return map;
    }

    private static void AssertComesToRest(Map map)
    {
        Assert.True(
            SpinWait.SpinUntil(() => map.GetStatistics().MigrationsActive == 0, TimeSpan.FromMinutes(1)),
            "The background thread has not finished the migration.");
        Assert.Empty(map.Shards.FindViolations());
    }
}
