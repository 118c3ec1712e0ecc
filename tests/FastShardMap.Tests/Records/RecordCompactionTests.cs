using System.Globalization;
using FastShardMap.Memory;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Record memory whose free records nobody wants any longer.</summary>
public class RecordCompactionTests
{
    [Fact]
    public void TrimExcess_ManyFreeRecords_GivesThemBack()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });
        for (int i = 0; i < 20_000; i++)
        {
            map[KeyOf(i, i % 200)] = i;
        }

        for (int i = 0; i < 20_000; i++)
        {
            if (i % 10 != 0)
            {
                Assert.True(map.TryRemove(KeyOf(i, i % 200), out _));
            }
        }

        map.TrimExcess();

        ShardMapStatistics statistics = map.GetStatistics();
        Assert.InRange(statistics.RecordBytesHeld, statistics.RecordBytesLive, statistics.RecordBytesLive * 1.6);
        Assert.Empty(map.Inner.Shards.FindViolations());
        for (int i = 0; i < 20_000; i++)
        {
            Assert.Equal(i % 10 == 0, map.TryGetValue(KeyOf(i, i % 200), out long value));
            Assert.Equal(i % 10 == 0 ? i : 0, value);
        }
    }

    [Fact]
    public void TrimExcess_NoFreeRecords_MovesNothing()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });
        for (int i = 0; i < 1_000; i++)
        {
            map[KeyOf(i, 20)] = i;
        }

        map.TrimExcess();
        long moved = map.GetStatistics().GroupsMoved;
        map.TrimExcess();

        Assert.Equal(moved, map.GetStatistics().GroupsMoved);
    }

    /// <summary>The lengths of keys drift: what is free at any time has lengths that no key has again.</summary>
    [Fact]
    public void Churn_OfDriftingLengths_HoldsLittleMoreThanWhatLives()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        const int Live = 5_000;
        double highest = 0;
        for (int i = 0; i < 200_000; i++)
        {
            map[KeyOf(i, i / 1_000)] = i;
            if (i >= Live)
            {
                Assert.True(map.TryRemove(KeyOf(i - Live, (i - Live) / 1_000), out long value));
                Assert.Equal(i - Live, value);
            }

            if (i % 1_000 == 0 && i > 50_000)
            {
                ShardMapStatistics now = map.GetStatistics();
                highest = Math.Max(highest, (double)now.RecordBytesHeld / now.RecordBytesLive);
                Assert.Empty(map.Inner.Shards.FindViolations());
            }
        }

        Assert.InRange(highest, 1, 3);
        map.TrimExcess();
        ShardMapStatistics statistics = map.GetStatistics();
        Assert.InRange(statistics.RecordBytesHeld, statistics.RecordBytesLive, statistics.RecordBytesLive * 1.6);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void RandomOperations_WhileRecordsAreCompacted_AgreeWithADictionary()
    {
        Random random = new(TestSeed.For(nameof(RandomOperations_WhileRecordsAreCompacted_AgreeWithADictionary)));
        string[] keys = Enumerable.Range(0, 3_000).Select(i => KeyOf(i, random.Next(300))).ToArray();
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        TextMapModel model = new(map, keys, random);
        for (int round = 0; round < 20; round++)
        {
            model.Run(1_000);
            long live = map.GetStatistics().RecordBytesLive;
            map.TrimExcess();
            Assert.Equal(live, map.GetStatistics().RecordBytesLive);
            model.Check();
        }
    }

    /// <summary>A compaction that started by itself and is not over.</summary>
    [Theory]
    [InlineData("clear")]
    [InlineData("dispose")]
    [InlineData("snapshot")]
    [InlineData("trim")]
    [InlineData("no memory")]
    public void Compaction_Interrupted_LosesNothing(string by)
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        int next = StartCompaction(map);
        int first = next - (int)map.Count;
        Assert.True(map.TryRemove(KeyOf(first, 60), out _)); // from the table that is being emptied
        Assert.True(map.TryAdd(KeyOf(first, 60), first));
        Assert.Empty(map.Inner.Shards.FindViolations());
        switch (by)
        {
            case "clear":
                map.Clear();
                Assert.Equal(0, map.GetStatistics().RecordBytesHeld);
                map[KeyOf(1, 60)] = 1;
                first = next = 0;
                break;
            case "dispose":
                map.Dispose();
                Assert.InRange(map.BytesAllocated, 0, 16 * 1024);
                return;
            case "snapshot":
                using (TextSnapshot<long> snapshot = map.Snapshot(copyNow: false))
                {
                    Assert.Equal(map.Count, snapshot.Count);
                    Assert.True(map.TryRemove(KeyOf(next - 1, 60), out _));
                    Assert.Equal(next - 1, snapshot[KeyOf(next - 1, 60)]);
                    map[KeyOf(next - 1, 60)] = next - 1;
                }

                break;
            case "trim":
                map.TrimExcess();
                break;
            default:
                FinishWithoutMemory(map);
                break;
        }

        Assert.Empty(map.Inner.Shards.FindViolations());
        for (int i = first; i < next; i++)
        {
            Assert.Equal(i, map[KeyOf(i, 60)]);
        }

        map.Inner.Shards.FinishMigrations();
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    /// <summary>What the compaction had left free, and what it had moved, is found again.</summary>
    [Fact]
    public void TrimExcess_CompactionRanOutOfMemory_GivesTheRestBack()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        StartCompaction(map);
        for (int i = 0; i < 20; i++)
        {
            map.TryRemove("no key", out _); // moves some
        }

        Assert.Equal(1, map.GetStatistics().MigrationsActive);
        FinishWithoutMemory(map);
        map.Inner.Shards.FinishMigrations();
        Assert.Empty(map.Inner.Shards.FindViolations());
        ShardMapStatistics before = map.GetStatistics();

        map.TrimExcess();

        ShardMapStatistics after = map.GetStatistics();
        Assert.Equal(before.RecordBytesLive, after.RecordBytesLive);
        Assert.Equal(0, after.RecordBytesInLimbo);
        long unused = before.RecordBytesHeld - before.RecordBytesLive;
        Assert.InRange(after.RecordBytesHeld - after.RecordBytesLive, 0, unused / 2);
        Assert.InRange(before.RecordBytesInLimbo, unused / 2, unused);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Read_WhileRecordsAreCompacted_FindsEveryKey()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        string[] kept = Enumerable.Range(0, 500).Select(static i => KeyOf(i, i % 100)).ToArray();
        for (int i = 0; i < kept.Length; i++)
        {
            map[kept[i]] = i;
        }

        Race race = new(TimeSpan.FromSeconds(2));
        race.Loop("writer", round =>
        {
            for (int i = 0; i < 300; i++)
            {
                map[KeyOf(1_000 + i, (round * 7) % 250)] = i;
            }

            for (int i = 0; i < 300; i++)
            {
                map.TryRemove(KeyOf(1_000 + i, (round * 7) % 250), out _);
            }

            map.TrimExcess();
        });
        for (int reader = 0; reader < 2; reader++)
        {
            Random random = new(reader);
            race.Loop($"reader {reader}", () =>
            {
                int key = random.Next(kept.Length);
                Assert.Equal(key, map[kept[key]]);
                Assert.True(map.TryUpdate(kept[key], key, key));
            });
        }

        race.Run();
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    /// <summary>Adds and removes keys until a compaction has started by itself.</summary>
    /// <returns>The number of the next key: the present ones are those before it.</returns>
    private static int StartCompaction(TextShardMap<long> map)
    {
        int next = 0;
        long started = 0;
        while (map.GetStatistics().MigrationsActive == 0 || started == 0)
        {
            for (; map.Count < 4_000; next++)
            {
                map[KeyOf(next, 60)] = next;
            }

            map.Inner.Shards.FinishMigrations();
            started = map.GetStatistics().MigrationsStarted;
            for (int i = next - 4_000; i < next && map.GetStatistics().MigrationsStarted == started; i++)
            {
                map.TryRemove(KeyOf(i, 60), out _);
            }
        }

        return next;
    }

    private static void FinishWithoutMemory(TextShardMap<long> map)
    {
        FaultInjection.Allocate = static _ => true;
        try
        {
            for (int i = 0; i < 4_000; i++)
            {
                Assert.False(map.TryRemove("no key", out _));
            }
        }
        finally
        {
            FaultInjection.Allocate = null;
        }
    }

    private static string KeyOf(int i, int extra) =>
        string.Create(CultureInfo.InvariantCulture, $"key number {i:D8} {new string('-', extra)}");
}
