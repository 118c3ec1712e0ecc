using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H22: entries lost, or memory spoilt, by growth that was thought to be right.</summary>
public sealed class H22GrowthTests
{
    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 1, 2 }, { 4, 1 }, { 4, 16 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Insert_ManyThreadsFromEmpty_LosesNothing(int shards, int stepGroups)
    {
        DateTime end = DateTime.UtcNow + Soak.Time(0.7);
        for (int round = 0; round < 3 || DateTime.UtcNow < end; round++)
        {
            const ulong EntriesPerThread = 3000;
            using Map map = new(new ShardMapOptions { ShardCount = shards, MigrationStepGroups = stepGroups });
            long inserted = 0;
            Race race = new(TimeSpan.FromSeconds(60));
            for (ulong thread = 0; thread < 2; thread++)
            {
                ulong first = thread << 32;
                race.Once($"insert {thread}", () =>
                {
                    for (ulong key = first; key < first + EntriesPerThread; key++)
                    {
                        Assert.True(map.TryAdd(key, ~key));

                        // What was written is there at once and stays: the newest, and an old one.
                        Assert.Equal(~key, map[key]);
                        ulong old = first + ((key - first) / 2);
                        Assert.Equal(~old, map[old]);
                        Volatile.Write(ref inserted, (long)(key - first));
                    }

                    race.Stop();
                });
            }

            race.Loop("read", round =>
            {
                // Everything up to a number once published is present from then on.
                long published = Volatile.Read(ref inserted);
                _ = map.Count;
                Assert.True(
                    published == 0 || map.ContainsKey((ulong)published / 2)
                        || map.ContainsKey((1UL << 32) + ((ulong)published / 2)));
                Assert.False(map.ContainsKey(ulong.MaxValue));
            });
            race.Run();
            Assert.Equal(2 * (long)EntriesPerThread, map.Count);
            Assert.Empty(map.Shards.FindViolations());
        }
    }

    /// <summary>A key that is always there is found always, whatever its table is about.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Read_SteadyKeysWhileTablesChange_NeverMisses(int shards, int stepGroups)
    {
        using Map map = new(new ShardMapOptions { ShardCount = shards, MigrationStepGroups = stepGroups });
        const ulong Steady = 64;
        for (ulong key = 0; key < Steady; key++)
        {
            map[key] = key;
        }

        Race race = new(Soak.Time(0.7));
        race.Loop("grow and shrink", round =>
        {
            ulong count = 20UL << (round % 7);
            for (ulong key = 1000; key < 1000 + count; key++)
            {
                map[key] = key;
            }

            for (ulong key = 1000; key < 1000 + count; key++)
            {
                map.TryRemove(key, out _);
            }

            map.TrimExcess();
        });
        race.Loop("move", round =>
        {
            ulong key = (ulong)round % Steady;
            map[key] = key;
        });
        race.Loop("read", round =>
        {
            ulong key = (ulong)round % Steady;
            Assert.True(map.TryGetValue(key, out ulong value), $"{key} is missed.");
            Assert.Equal(key, value);
        });
        race.Loop("read many", round =>
        {
            Span<ulong> keys = stackalloc ulong[20];
            Span<ulong> values = stackalloc ulong[20];
            Span<bool> found = stackalloc bool[20];
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = (ulong)(round + i) % Steady;
            }

            Assert.Equal(20, map.TryGetValues(keys, values, found));
            Assert.True(keys.SequenceEqual(values));
        });
        race.Run();
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void GrowthAndShrink_TenMillionEntries_LosesNothing()
    {
#if DEBUG
        const ulong Entries = 2_000_000; // assertions take their time
#else
        const ulong Entries = 10_000_000;
#endif
        using Map map = new();
        ByTwoThreads(first =>
        {
            for (ulong key = first; key < Entries; key += 2)
            {
                map[key] = ~key;
            }
        });
        Assert.Equal((long)Entries, map.Count);
        ByTwoThreads(first =>
        {
            for (ulong key = first; key < Entries; key += 2)
            {
                if (key % 100 != 0)
                {
                    Assert.True(map.TryRemove(key, out ulong value) && value == ~key);
                }
            }
        });
        Assert.False(map.ContainsKey(Entries));
        long before = map.BytesAllocated;
        map.TrimExcess();
        Assert.InRange(map.BytesAllocated, (long)Entries / 100 * 16, before / 25);
        Assert.Equal((long)Entries / 100, map.Count);
        Assert.Empty(map.Shards.FindViolations());
        for (ulong key = 0; key < Entries; key += 100)
        {
            Assert.Equal(~key, map[key]);
        }
    }
    private static void ByTwoThreads(Action<ulong> body) => new Race(TimeSpan.FromMinutes(5))
        .Once("even", () => body(0))
        .Once("odd", () => body(1))
        .Run();
}
