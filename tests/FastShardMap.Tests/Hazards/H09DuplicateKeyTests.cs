using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H9: a key inserted into a free slot ahead of the place where it is already.</summary>
public sealed class H09DuplicateKeyTests
{
    [Fact]
    public void Insert_SlotFreeBeforeTheKey_FindsTheKeyFirst()
    {
        using ShardMap<ulong, ulong, ConstantHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (ulong key = 0; key < 40; key++)
        {
            map[key] = key;
        }

        for (ulong freed = 0; freed < 39; freed++)
        {
            // Key 39 lies groups away from its home, where a slot is free now.
            Assert.True(map.TryRemove(freed, out _));
            Assert.False(map.TryAdd(39, 1));
            map[39] = freed;
            Assert.Equal(freed, map.GetOrAdd(39, 1));
            Assert.Empty(map.Shards.FindViolations());
        }

        Assert.Equal(1, map.Count);
        Assert.Single(map);
    }

    [Fact]
    public void Insert_KeyInThePreviousTable_FindsItThere()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        int migrating = 0;
        for (ulong key = 0; key < 3000; key++)
        {
            Assert.True(map.TryAdd(key, key));
            if (map.GetStatistics().MigrationsActive == 0)
            {
                continue;
            }

            migrating++;
            Assert.False(map.TryAdd(key / 2, 0));
            map[key / 3] = key / 3;
            Assert.Equal((long)key + 1, map.Count);
        }

        Assert.InRange(migrating, 100, 3000);
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void Insert_SameKeysByManyThreads_SucceedsOnce()
    {
        for (int round = 0; round < 20; round++)
        {
            const int Keys = 2000;
            using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
            int made = 0;
            Race race = new(TimeSpan.FromSeconds(60));
            for (int thread = 0; thread < 4; thread++)
            {
                int own = thread;
                race.Once($"thread {thread}", () =>
                {
                    for (int key = 0; key < Keys; key++)
                    {
                        if (own % 2 == 0)
                        {
                            if (map.TryAdd(key, own))
                            {
                                Interlocked.Increment(ref made);
                            }
                        }
                        else
                        {
                            map.GetOrAdd(key, static (_, count) => count(), () => Interlocked.Increment(ref made));
                        }
                    }
                });
            }

            race.Run();

            // Each key was added by one TryAdd or one call of the factory.
            Assert.Equal(Keys, made);
            Assert.Equal(Keys, map.Count);
            Assert.Equal(Keys, map.ToArray().Select(static entry => entry.Key).Distinct().Count());
            Assert.Empty(map.Shards.FindViolations());
        }
    }
}
