using FastShardMap.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H21: the system refuses memory in the middle of a growth. One thread: AllocationFailureTests.</summary>
public sealed class H21AllocationFailureTests
{
    [Fact]
    public void Growth_RefusedAtRandomToManyThreads_LosesNothing()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        int refused = 0;
        Race race = new(TimeSpan.FromSeconds(60));
        for (ulong thread = 0; thread < 3; thread++)
        {
            ulong first = thread << 32;
            Random random = new(TestSeed.For($"{nameof(Growth_RefusedAtRandomToManyThreads_LosesNothing)} {thread}"));
            race.Once($"insert {thread}", () =>
            {
                FaultInjection.Allocate = _ => random.Next(3) != 0;
                try
                {
                    for (ulong key = first; key < first + 5000;)
                    {
                        try
                        {
                            Assert.True(map.TryAdd(key, key));
                            key++;
                        }
                        catch (OutOfMemoryException)
                        {
                            Interlocked.Increment(ref refused);
                            Assert.False(map.ContainsKey(key));
                        }
                    }
                }
                finally
                {
                    FaultInjection.Allocate = null;
                }
            });
        }

        race.Run();
        Assert.InRange(refused, 5, int.MaxValue);
        Assert.Equal(15_000, map.Count);
        Assert.Empty(map.Shards.FindViolations());
        for (ulong thread = 0; thread < 3; thread++)
        {
            for (ulong key = thread << 32; key < (thread << 32) + 5000; key++)
            {
                Assert.Equal(key, map[key]);
            }
        }
    }

    /// <summary>The system itself refuses, not the arena's hook.</summary>
    [Fact]
    public void Growth_MappingRefused_LosesNothing()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1 });
        ulong key = 0;
        FaultInjection.Map = static _ => true;
        try
        {
            Assert.Throws<OutOfMemoryException>(() =>
            {
                for (; key < 1_000_000; key++)
                {
                    map[key] = key;
                }
            });
        }
        finally
        {
            FaultInjection.Map = null;
        }

        Assert.Equal((long)key, map.Count);
        map[key] = key;
        for (ulong present = 0; present <= key; present++)
        {
            Assert.Equal(present, map[present]);
        }

        Assert.Empty(map.Shards.FindViolations());
    }
}
