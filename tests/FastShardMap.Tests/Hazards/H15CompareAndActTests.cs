using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H15: a comparison and the action it allows, with another thread's write between them.</summary>
public sealed class H15CompareAndActTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void TryUpdate_CompareAndSwapByManyThreads_LosesNoIncrement() => CountTo(static (map, key) =>
    {
        while (true)
        {
            long value = map[key];
            if (map.TryUpdate(key, value + 1, value))
            {
                return;
            }
        }
    });

    [Fact]
    public void AddOrUpdate_ByManyThreads_LosesNoIncrement() =>
        CountTo(static (map, key) => map.AddOrUpdate(key, 1, static (_, value) => value + 1));

    [Fact]
    public void TryUpdate_InPlaceByManyThreads_LosesNoIncrement() =>
        CountTo(static (map, key) => map.TryUpdate(key, static (ref long value, int _) => value++, 0));

    [Fact]
    public void Increment_ByManyThreads_LosesNoIncrement() => CountTo(static (map, key) => map.Increment(key));

    /// <summary>Takes a value away and puts it back elsewhere: the sum of all never changes for good.</summary>
    [Fact]
    public void TryExchangeAndTryRemove_Transfers_ConserveTheTotal()
    {
        using ShardMap<int, long> map = NewMap();
        const int Accounts = 8;
        for (int account = 0; account < Accounts; account++)
        {
            map[account] = 1000;
        }

        Race race = new(Soak.Time(1));
        for (int thread = 0; thread < 3; thread++)
        {
            Random random = new(TestSeed.For($"{nameof(TryExchangeAndTryRemove_Transfers_ConserveTheTotal)} {thread}"));
            race.Loop($"transfer {thread}", round =>
            {
                int from = random.Next(Accounts);
                int to = random.Next(Accounts);
                long amount = round % 2 == 0 && map.TryExchange(from, 0, out long all)
                    ? all
                    : map.TryRemove(from, out all) ? all
                    : 0;
                map.AddDelta(to, amount);
            });
        }

        // What a pair comparison removes is exactly what was read.
        race.Loop("remove pairs", round =>
        {
            int from = round % Accounts;
            if (map.TryGetValue(from, out long value) && map.TryRemove(KeyValuePair.Create(from, value)))
            {
                map.AddDelta((from + 1) % Accounts, value);
            }
        });
        race.Run();
        Assert.Equal(Accounts * 1000, map.Sum(static entry => entry.Value));
    }

    [Fact]
    public void TryRemove_OneEntryByManyThreads_SucceedsOnce()
    {
        using ShardMap<int, long> map = NewMap();
        int removed = 0;
        int added = 0;
        Race race = new(Soak.Time(0.5));
        for (int thread = 0; thread < 3; thread++)
        {
            race.Loop($"thread {thread}", round =>
            {
                if (round % 2 == 0)
                {
                    _ = map.TryAdd(round % 5, 1) ? Interlocked.Increment(ref added) : 0;
                }
                else
                {
                    _ = map.TryUpdateOrRemove(round % 5, static (ref long _, int _) => false, 0)
                        ? Interlocked.Increment(ref removed)
                        : 0;
                }
            });
        }

        race.Run();
        Assert.Equal(map.Count, added - removed);
    }

    private static ShardMap<int, long> NewMap() => new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });

    private static void CountTo(Action<ShardMap<int, long>, int> increment)
    {
        using ShardMap<int, long> map = NewMap();
        for (int key = 0; key < 3; key++)
        {
            map[key] = 0;
        }

        Race race = new(TimeSpan.FromSeconds(60));
        for (int thread = 0; thread < 3; thread++)
        {
            race.Once($"count {thread}", () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    increment(map, round % 3);
                }
            });
        }

        race.Once("grow", () =>
        {
            for (int key = 10; key < 3000; key++)
            {
                map[key] = 0;
            }
        });
        race.Run();
        Assert.Equal(3 * Rounds, map.Sum(static entry => entry.Value));
    }
}
