using FastShardMap.Tests.Support;

namespace FastShardMap.Tests;

/// <summary>The factory runs at most once per key, even if many threads ask for the key.</summary>
public sealed class GetOrAddTests
{
    [Fact]
    public void GetOrAdd_ManyThreadsOneKey_RunsOneFactoryAndAllSeeItsValue()
    {
        const int Keys = 3000;
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        int[] calls = new int[Keys];
        int number = 0;
        int[][] results = new int[4][];
        Race race = new(TimeSpan.FromSeconds(60));
        for (int thread = 0; thread < results.Length; thread++)
        {
            int[] own = results[thread] = new int[Keys];
            race.Once($"thread {thread}", () =>
            {
                for (int key = 0; key < Keys; key++)
                {
                    own[key] = map.GetOrAdd(key, k =>
                    {
                        Interlocked.Increment(ref calls[k]);
                        return Interlocked.Increment(ref number);
                    });
                }
            });
        }

        race.Run();
        Assert.All(calls, static count => Assert.Equal(1, count));
        Assert.All(results, own => Assert.Equal(results[0], own));
    }

    [Fact]
    public void GetOrAdd_FactoryThrows_NextCallRunsItAgain()
    {
        using ShardMap<int, int> map = new();
        int calls = 0;
        Assert.Throws<TimeZoneNotFoundException>(
            () => map.GetOrAdd(1, _ => calls++ == 0 ? throw new TimeZoneNotFoundException() : 5));
        Assert.Equal(5, map.GetOrAdd(1, _ => calls++ == 0 ? throw new TimeZoneNotFoundException() : 5));
        Assert.Equal(2, calls);
    }
}
