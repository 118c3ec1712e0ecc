using FastShardMap.Layout;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>The maps of the operations' tests are what their names say.</summary>
public sealed unsafe class MapShapesTests
{
    [Fact]
    public void Migrating_AnyNumberOfEntries_HasOneSomewhere()
    {
        using Map map = new(
            new ShardMapOptions
            {
                ShardCount = 1,
                MigrationStepGroups = 1,
                Seed = new HashSeed(0x1234_5678_9ABC_DEF1, 0xFEDC_BA98_7654_3211),
            });
        int migrating = 0;
        for (ulong key = 100; key < 100 + 769; key++)
        {
            map[key] = key;
            migrating += map.GetStatistics().MigrationsActive;
        }

        Assert.InRange(migrating, 50, 769);
        Assert.Equal(1, map.GetStatistics().MigrationsActive);
        Assert.InRange(map.GetStatistics().MigrationProgress, 0, 0.99);
    }

    [Fact]
    public void Reserved_LargeShard_HasAFractionalTable()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, Capacity = 60_000 });
        Assert.True(map.Shards.Header->Views[0].Current.IsFractional);
        Assert.Equal(0, (long)map.Shards.Header->Views[0].Current.Base % TableRef.FractionalAlignment);
    }

    [Fact]
    public void BackgroundMigration_IdleShards_ComeToRest()
    {
        using Map map = new(
            new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1, BackgroundMigration = true });
        for (ulong key = 0; key < 3000; key++)
        {
            map[key] = key;
        }

        Assert.True(
            SpinWait.SpinUntil(() => map.GetStatistics().MigrationsActive == 0, TimeSpan.FromSeconds(30)),
            "The background thread has not finished the migration.");
        Assert.Empty(map.Shards.FindViolations());
    }
}
