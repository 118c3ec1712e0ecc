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
