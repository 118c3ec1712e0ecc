using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H16: enumerations that miss or repeat entries while the map changes.</summary>
public sealed class H16EnumerationTests
{
    private const ulong Steady = 500;

    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 2, 2 }, { 4, 16 } };

    /// <summary>One thread: growth and shrink between any two steps.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Enumerator_TablesReplacedAtEveryStep_SeesSteadyEntriesOnce(int shards, int stepGroups)
    {
        Random random = new(
            TestSeed.For($"{nameof(Enumerator_TablesReplacedAtEveryStep_SeesSteadyEntriesOnce)} {shards}"));
        for (int round = 0; round < 30; round++)
        {
            using Map map = NewMap(shards, stepGroups);
            HashSet<ulong> seen = [];
            ulong extra = 10_000;
            foreach (KeyValuePair<ulong, ulong> entry in map)
            {
                Assert.True(seen.Add(entry.Key), $"{entry.Key} is seen twice.");
                switch (random.Next(round % 5 == 0 ? 12 : 60))
                {
                    case 0:
                        map.EnsureCapacity(random.Next(10_000));
                        break;
                    case 1:
                        map.TrimExcess();
                        break;
                    case 2:
                        for (int i = random.Next(400); i > 0; i--)
                        {
                            map[extra++] = 0;
                        }

                        break;
                    case 3:
                        for (; extra > 10_000; extra--)
                        {
                            map.TryRemove(extra - 1, out _);
                        }

                        break;
                    default:
                        map[extra++] = 0;
                        break;
                }
            }

            AssertAllSteady(seen);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Enumerator_AcrossConcurrentGrowthAndShrink_SeesSteadyEntriesOnce(int shards, int stepGroups)
    {
        using Map map = NewMap(shards, stepGroups);
        Race race = new(Soak.Time(0.7));
        race.Loop("grow and shrink", round =>
        {
            ulong count = 200UL << (round % 5);
            for (ulong key = 10_000; key < 10_000 + count; key++)
            {
                map[key] = key;
            }

            for (ulong key = 10_000; key < 10_000 + count; key++)
            {
                map.TryRemove(key, out _);
            }

            map.TrimExcess();
        });
        race.Loop("overwrite", round => map[(ulong)round % Steady] = (ulong)round % Steady);
        race.Loop("enumerate", _ =>
        {
            HashSet<ulong> seen = [];
            foreach (KeyValuePair<ulong, ulong> entry in map)
            {
                Assert.True(seen.Add(entry.Key), $"{entry.Key} is seen twice.");
                Assert.Equal(entry.Key, entry.Value);
            }

            AssertAllSteady(seen);
        });
        race.Run();
    }

    /// <summary>Within one key both changes are one write; between keys the array must not see half a transfer. Each
    /// transfer adds a pair of keys of different shards or removes it under its own lock.</summary>
    [Fact]
    public void ToArray_WhileATotalIsMovedAbout_IsOfOneInstant()
    {
        using ShardMap<int, long> map = new(new ShardMapOptions { ShardCount = 4, MigrationStepGroups = 1 });
        const int Accounts = 50;
        const long Total = Accounts * 100;
        for (int account = 0; account < Accounts; account++)
        {
            map[account] = 100;
        }

        KeyValuePair<int, long>[] buffer = new KeyValuePair<int, long>[Accounts * 2];
        int mostInFlight = 0;
        Race race = new(Soak.Time(1));
        for (int thread = 0; thread < 2; thread++)
        {
            Random random = new(TestSeed.For($"{nameof(ToArray_WhileATotalIsMovedAbout_IsOfOneInstant)} {thread}"));
            race.Loop($"transfer {thread}", _ =>
            {
                // At any instant at most one unit of each thread is on its way, and never one too many.
                map.AddDelta(random.Next(Accounts), -1);
                map.AddDelta(random.Next(Accounts), 1);
            });
        }

        race.Loop("snapshot", round =>
        {
            KeyValuePair<int, long>[] entries = map.ToArray();
            Assert.Equal(Accounts, entries.Length);
            long missing = Total - entries.Sum(static entry => entry.Value);
            Assert.InRange(missing, 0, 2);
            mostInFlight = Math.Max(mostInFlight, (int)missing);
            int copied = (int)map.CopyTo(buffer);
            Assert.InRange(Total - buffer[..copied].Sum(static entry => entry.Value), 0, 2);
        });
        race.Run();
        Assert.Equal(Total, map.ToArray().Sum(static entry => entry.Value));
    }

    [Fact]
    public void ToArray_WhileTheMapGrowsAndIsCleared_NeverThrows()
    {
        using Map map = NewMap(2, 1);
        Race race = new(Soak.Time(0.5));
        race.Loop("grow", round => map[(ulong)round] = (ulong)round);
        race.Loop("clear", _ =>
        {
            Thread.SpinWait(20_000);
            map.Clear();
        });
        race.Loop("snapshot", _ =>
        {
            KeyValuePair<ulong, ulong>[] entries = map.ToArray();
            Assert.Equal(entries.Length, entries.Select(static entry => entry.Key).Distinct().Count());
        });
        race.Run();
    }

    private static Map NewMap(int shards, int stepGroups)
    {
        Map map = new(new ShardMapOptions { ShardCount = shards, MigrationStepGroups = stepGroups });
        for (ulong key = 0; key < Steady; key++)
        {
            map[key] = key;
        }

        return map;
    }

    private static void AssertAllSteady(HashSet<ulong> seen)
    {
        for (ulong key = 0; key < Steady; key++)
        {
            Assert.True(seen.Contains(key), $"{key} is missed.");
        }
    }
}
