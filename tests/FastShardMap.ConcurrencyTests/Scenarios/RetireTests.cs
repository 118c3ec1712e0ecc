namespace FastShardMap.ConcurrencyTests.Scenarios;

public class RetireTests
{
    /// <summary>Histories do not show a table that nobody gives back: the map's memory does.</summary>
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
