using FastShardMap.Layout;

namespace FastShardMap.Tests.Snapshots;

/// <summary>What a snapshot must not change in a map that nobody writes to.</summary>
internal sealed unsafe record TableState(
    TableRef[] Tables, long Bytes, long Capacity, long Count, long Moved, long Finished)
{
    public static TableState Of(ShardMap<long, long> map)
    {
        ShardMapStatistics statistics = map.GetStatistics();
        Assert.Equal(0, statistics.MigrationsActive);
        TableRef[] tables = new TableRef[statistics.ShardCount];
        for (int shard = 0; shard < tables.Length; shard++)
        {
            tables[shard] = map.Shards.Header->Views[shard].Current;
        }

        return new(
            tables, map.BytesAllocated, map.Capacity, map.Count, statistics.GroupsMoved, statistics.MigrationsFinished);
    }

    public static void AssertSame(TableState expected, TableState actual)
    {
        Assert.Equal(expected.Tables, actual.Tables);
        Assert.Equal(expected with { Tables = actual.Tables }, actual);
    }
}
