using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H10: tombstones that fill the table, until lookups do not end.</summary>
public sealed class H10ChurnTests
{
    private const int Live = 10_000;
    private const int Turnovers = 20;

    [Fact]
    public void Churn_NeverRepeatedKeys_LeavesProbeLengthAndMemoryFlat()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4 });
        ulong key = 0;
        for (; key < Live; key++)
        {
            map[key] = key;
        }

        Turn(map, ref key, 1);
        long capacity = map.Capacity;
        long bytes = map.BytesAllocated;
        double probeLength = MeanProbeLength(map);
        Turn(map, ref key, Turnovers);
        Assert.Equal(Live, map.Count);
        Assert.Equal(capacity, map.Capacity);
        Assert.Equal(bytes, map.BytesAllocated);
        Assert.InRange(MeanProbeLength(map), 0, probeLength + 0.1);
        Assert.Equal(0, map.GetStatistics().SaturatedGroups);
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void Churn_ByTwoThreads_LeavesProbeLengthAndMemoryFlat()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4, Capacity = Live * 2 });
        long capacity = map.Capacity;
        long bytes = map.BytesAllocated;
        Race race = new(TimeSpan.FromSeconds(120));
        for (ulong thread = 0; thread < 2; thread++)
        {
            ulong key = thread << 40;
            race.Once($"churn {thread}", () =>
            {
                ulong first = key;
                for (; key < first + Live; key++)
                {
                    map[key] = key;
                }

                Turn(map, ref key, Turnovers);
            });
        }

        race.Run();
        Assert.Equal(Live * 2, map.Count);
        Assert.Equal((capacity, bytes), (map.Capacity, map.BytesAllocated));
        // half a group at 4/5 load; without lowered counts it grows by turnovers
        Assert.InRange(MeanProbeLength(map), 0, 1.0);
        Assert.Empty(map.Shards.FindViolations());
    }

    /// <summary>Equal hashes saturate overflow counts; a rebuild clears them, and the table does not grow.</summary>
    [Fact]
    public void Churn_EqualHashes_RebuildsAtTheSameSize()
    {
        using ShardMap<ulong, ulong, ConstantHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        ulong key = 0;
        for (; key < 700; key++)
        {
            map[key] = key;
        }

        Assert.InRange(map.GetStatistics().SaturatedGroups, 1, 1000);
        long capacity = map.Capacity;
        long migrations = map.GetStatistics().MigrationsStarted;
        for (ulong last = key + 3000; key < last; key++)
        {
            Assert.True(map.TryRemove(key - 700, out _));
            map[key] = key;
        }

        Assert.Equal(capacity, map.Capacity);
        Assert.InRange(map.GetStatistics().MigrationsStarted, migrations + 1, migrations + 10);
        for (ulong gone = key - 700; gone < key - 5; gone++)
        {
            Assert.True(map.TryRemove(gone, out _));
        }

        for (ulong round = 0; round < 3000; round++)
        {
            map[key + round] = 1;
            Assert.True(map.TryRemove(key + round, out _));
        }

        Assert.Equal(0, map.GetStatistics().SaturatedGroups);
        Assert.Equal(5, map.Count);
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void TrimExcess_NothingLeftOfSaturatedGroups_CountsNone()
    {
        using ShardMap<ulong, ulong, ConstantHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (ulong key = 0; key < 700; key++)
        {
            map[key] = key;
        }

        Assert.NotEqual(0, map.GetStatistics().SaturatedGroups);
        for (ulong key = 0; key < 700; key++)
        {
            map.TryRemove(key, out _);
        }

        map.TrimExcess();
        Assert.Equal(0, map.GetStatistics().SaturatedGroups);
    }

    private static void Turn(Map map, ref ulong key, int turnovers)
    {
        for (ulong last = key + (ulong)(Live * turnovers); key < last; key++)
        {
            Assert.True(map.TryRemove(key - Live, out _));
            map[key] = key;
        }
    }

    private static double MeanProbeLength(Map map)
    {
        long[] lengths = map.GetProbeLengths();
        return lengths.Select(static (count, length) => (double)count * length).Sum() / lengths.Sum();
    }
}
