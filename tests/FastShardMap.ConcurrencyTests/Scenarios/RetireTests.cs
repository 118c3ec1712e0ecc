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
