using FastShardMap.Layout;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>
/// H19: callbacks that wait for their own map, or for each other. One thread in one map: CallbackTests.
/// </summary>
public sealed unsafe class H19ReentryTests
{
    [Fact]
    public void Callbacks_OfTwoMapsCrossing_OneThrowsAndTheOtherFinishes()
    {
        for (int round = 0; round < 3; round++)
        {
            using Map first = NewMap();
            using Map second = NewMap();
            using Barrier bothInside = new(2);
            int deadlocks = 0;
            int finished = 0;
            new Race(TimeSpan.FromSeconds(30))
                .Once("first, then second", () => Cross(first, second))
                .Once("second, then first", () => Cross(second, first))
                .Run();
            Assert.InRange(deadlocks, 1, 2);
            Assert.Equal(2, deadlocks + finished);
            foreach (Map map in new[] { first, second })
            {
                Assert.Empty(map.Shards.FindViolations());
                map[1] = 5;
                Assert.Equal(5UL, map[1]);
            }

            void Cross(Map outer, Map inner)
            {
                try
                {
                    outer.TryUpdate(
                        1,
                        (ref ulong value, int _) =>
                        {
                            bothInside.SignalAndWait();
                            inner[1] = 77;
                            value = 88;
                        },
                        0);
                    Interlocked.Increment(ref finished);
                }
                catch (InvalidOperationException exception)
                {
                    Assert.Contains("eadlock", exception.Message, StringComparison.Ordinal);
                    Interlocked.Increment(ref deadlocks);
                }
            }
        }
    }

    [Fact]
    public void Callbacks_OfThreeMapsInARing_AtLeastOneThrows()
    {
        Map[] maps = [NewMap(), NewMap(), NewMap()];
        using Barrier allInside = new(maps.Length);
        int deadlocks = 0;
        Race race = new(TimeSpan.FromSeconds(30));
        for (int index = 0; index < maps.Length; index++)
        {
            Map outer = maps[index];
            Map inner = maps[(index + 1) % maps.Length];
            race.Once($"ring {index}", () =>
            {
                try
                {
                    outer.AddOrUpdate(1, 0, (_, value) =>
                    {
                        allInside.SignalAndWait();
                        return inner.Increment(1UL);
                    });
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref deadlocks);
                }
            });
        }

        race.Run();
        Assert.InRange(deadlocks, 1, 3);
        Array.ForEach(maps, static map => map.Dispose());
    }

    /// <summary>A long wait is no deadlock.</summary>
    [Fact]
    public void Callback_ThatTakesLong_IsWaitedFor()
    {
        using Map map = NewMap();
        using ManualResetEventSlim inside = new();
        new Race(TimeSpan.FromSeconds(30))
            .Once("slow", () => map.TryUpdate(
                1,
                (ref ulong value, int _) =>
                {
                    inside.Set();
                    Assert.True(SpinWait.SpinUntil(() => IsAwaited(map), TimeSpan.FromMinutes(1)));
                    Thread.Sleep(700); // some checks for deadlocks
                    value = 8;
                },
                0))
            .Once("patient", () =>
            {
                inside.Wait();
                Assert.Equal(9UL, map.Increment(1UL));
            })
            .Run();
        Assert.InRange(map.GetStatistics().Parks, 1, 1);
    }

    /// <summary>
    /// Two callbacks of one map, on different shards, reading each other's: reads do not wait for callbacks.
    /// </summary>
    [Fact]
    public void Callbacks_OfTwoShardsReadingEachOther_BothFinish()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        for (ulong key = 0; key < 100; key++)
        {
            map[key] = 1;
        }

        using Barrier bothInside = new(2);
        Race race = new(TimeSpan.FromSeconds(30));
        foreach (ulong key in new[] { KeyOfShard(map, 0), KeyOfShard(map, 1) })
        {
            race.Once($"key {key}", () => map.TryUpdate(
                key,
                (ref ulong value, int _) =>
                {
                    bothInside.SignalAndWait();
                    ulong sum = 0;
                    for (ulong other = 0; other < 100; other++)
                    {
                        sum += map[other];
                    }

                    Assert.False(map.ContainsKey(1000));
                    bothInside.SignalAndWait();
                    value = sum;
                },
                0));
        }

        race.Run();
        Assert.Equal(2, map.Count(static entry => entry.Value == 100));
    }

    [Fact]
    public void Equals_OfTheKeyWritesToItsMap_IsRefused()
    {
        using ShardMap<CallingKey, int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[new CallingKey(1)] = 1;
        CallingKey.Map = map;
        try
        {
            Assert.Throws<InvalidOperationException>(() => map[new CallingKey(1)] = 2);
            Assert.Throws<InvalidOperationException>(() => map.TryRemove(new CallingKey(1), out _));
        }
        finally
        {
            CallingKey.Map = null;
        }

        Assert.Equal(1, map[new CallingKey(1)]);
    }

    /// <summary>Dispose inside a callback of another map, crossing: it says so, and a second call finishes.</summary>
    [Fact]
    public void Dispose_CrossingWithACallback_IsADeadlockSaidAndCanBeRepeated()
    {
        using Map outer = NewMap();
        Map disposed = new(new ShardMapOptions { ShardCount = 4 });
        for (ulong key = 0; key < 5000; key++)
        {
            disposed[key] = key;
        }

        using Barrier bothInside = new(2);
        Exception? atDispose = null;
        new Race(TimeSpan.FromSeconds(30))
            .Once("dispose inside", () => outer.TryUpdate(
                1,
                (ref ulong _, int _) =>
                {
                    bothInside.SignalAndWait();
                    atDispose = Record.Exception(disposed.Dispose);
                },
                0))
            .Once("callback of the disposed", () => _ = Record.Exception(() => disposed.TryUpdate(
                KeyOfShard(disposed, 3),
                (ref ulong _, int _) =>
                {
                    bothInside.SignalAndWait();
                    outer[1] = 9;
                },
                0)))
            .Run();
        Assert.True(atDispose is null or InvalidOperationException, atDispose?.ToString());
        disposed.Dispose();
        Assert.InRange(disposed.BytesAllocated, 0, 4096);
        Assert.Throws<ObjectDisposedException>(() => disposed[1]);
    }

    // Whether a thread is parked for the only shard's lock.
    private static bool IsAwaited(Map map) =>
        new LockWord(Volatile.Read(ref map.Shards.Header->WriteSides[0].Lock)).HasWaiters;

    private static Map NewMap() => new(new ShardMapOptions { ShardCount = 1 }) { [1] = 1 };

    private static ulong KeyOfShard(Map map, int shard)
    {
        ulong key = 0;
        while (map.Shards.ShardOf(map.Shards.Hash(key)) != shard)
        {
            key++;
        }

        return key;
    }

    private readonly struct CallingKey(int number) : IEquatable<CallingKey>
    {
        private readonly int _number = number;

        [field: ThreadStatic]
        public static ShardMap<CallingKey, int>? Map { get; set; }

        public bool Equals(CallingKey other)
        {
            if (Map is { } map)
            {
                map[new CallingKey(99)] = 1;
            }

            return _number == other._number;
        }

        public override bool Equals(object? obj) => obj is CallingKey other && Equals(other);

        public override int GetHashCode() => _number;
    }
}
