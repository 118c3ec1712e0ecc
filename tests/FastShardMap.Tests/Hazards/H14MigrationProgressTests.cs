using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H14: a decision to grow that is out of date, and a migration that never ends.</summary>
public sealed class H14MigrationProgressTests
{
    public static TheoryData<string> Writes =>
        ["set present", "add present", "remove absent", "update absent", "exchange absent", "remove present", "insert"];

    [Theory]
    [MemberData(nameof(Writes))]
    public void Migration_ByWritesOfOneKind_EndsAfterABoundedNumber(string write)
    {
        foreach (int stepGroups in new[] { 1, 2, 16 })
        {
            using Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = stepGroups });
            ulong key = 0;
            while (key < 2000 || map.GetStatistics().MigrationsActive == 0)
            {
                map[key] = key;
                key++;
            }

            // The previous table has fewer groups than the shard entries.
            long bound = ((long)key / stepGroups) + 1;
            long writes = 0;
            for (; map.GetStatistics().MigrationsActive != 0; writes++)
            {
                Assert.InRange(writes, 0, bound);
                Write(map, write, key + (ulong)writes);
            }

            Assert.Empty(map.Shards.FindViolations());
        }
    }

    [Fact]
    public void Growth_ManyThreadsAtTheLimit_HappensOnce()
    {
        for (int round = 0; round < 30; round++)
        {
            using Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
            Race race = new(TimeSpan.FromSeconds(60));
            for (ulong thread = 0; thread < 4; thread++)
            {
                ulong first = thread * 1000;
                race.Once($"insert {thread}", () =>
                {
                    for (ulong key = first; key < first + 300; key++)
                    {
                        map[key] = key;
                    }
                });
            }

            race.Run();

            // Doubling from one group: no table is skipped, and none is made twice.
            ShardMapStatistics statistics = map.GetStatistics();
            Assert.Equal(1200, statistics.Count);
            Assert.Equal(System.Numerics.BitOperations.Log2((ulong)statistics.Groups), statistics.MigrationsStarted);
            Assert.InRange(statistics.Capacity, 1200, 1200 * 3);
        }
    }

    [Fact]
    public void Writes_WhileShrinking_NeverFindTheTableFull()
    {
        Race race = new(Soak.Time(1));
        using Map map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 2 });
        race.Loop("trim", _ => map.TrimExcess());
        for (ulong thread = 0; thread < 2; thread++)
        {
            ulong first = thread << 32;
            race.Loop($"fill and empty {thread}", round =>
            {
                ulong count = (ulong)(50 << (round % 5));
                for (ulong key = first; key < first + count; key++)
                {
                    map[key] = key;
                }

                for (ulong key = first; key < first + count; key++)
                {
                    Assert.True(map.TryRemove(key, out _));
                }
            });
        }

        race.Run();
        Assert.Equal(0, map.Count);
        Assert.Empty(map.Shards.FindViolations());
    }

    private static void Write(Map map, string write, ulong key)
    {
        switch (write)
        {
            case "set present":
                map[3] = 3;
                break;
            case "add present":
                Assert.False(map.TryAdd(3, 3));
                break;
            case "remove absent":
                Assert.False(map.TryRemove(ulong.MaxValue, out _));
                break;
            case "update absent":
                Assert.False(map.TryUpdate(ulong.MaxValue, 1, 2));
                break;
            case "exchange absent":
                Assert.False(map.TryExchange(ulong.MaxValue, 1, out _));
                break;
            case "remove present":
                map.TryRemove(map.First().Key, out _);
                break;
            default:
                Assert.True(map.TryAdd(key, key));
                break;
        }
    }
}
