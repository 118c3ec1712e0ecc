using FastShardMap.Layout;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Readers while records are released and used again at once.</summary>
public class RecordReuseTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(2);

    /// <summary>The keys of one length class take each other's records. A key's value is its index, so a reader that
    /// took another key for its own would see another value.</summary>
    [Theory]
    [InlineData(24, 8)]
    [InlineData(60, 8)]
    [InlineData(200, 8)]
    [InlineData(24, 2_000)]
    public void Read_RecordsUsedAgainAtOnce_ReturnsTheKeysOwnValue(int length, int count)
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        string[] keys = Enumerable.Range(0, count)
            .Select(i => $"{i:D8}{new string('-', length - 16)}{i:D8}")
            .ToArray();
        long hits = 0;
        Race race = new Race(s_time).Until(() => Interlocked.Read(ref hits) != 0);
        for (int writer = 0; writer < 2; writer++)
        {
            Random random = new(writer);
            race.Loop($"writer {writer}", round =>
            {
                int key = random.Next(count);
                if (map.TryAdd(keys[key], key))
                {
                    map.TryUpdate(keys[key], key, key);
                    map.TryRemove(keys[key], out _);
                }

                if (round % 50_000 == 0)
                {
                    map.TrimExcess();
                }
            });
        }

        for (int reader = 0; reader < 2; reader++)
        {
            Random random = new(100 + reader);
            race.Loop($"reader {reader}", () =>
            {
                int key = random.Next(count);
                if (map.TryGetValue(keys[key], out long value))
                {
                    Interlocked.Increment(ref hits);
                    Assert.Equal(key, value);
                }
            });
        }

        race.Run();
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.NotEqual(0, hits);
    }

    [Fact]
    public void Read_KeysOfEqualHashAndRecordsUsedAgain_ReturnsTheKeysOwnValue()
    {
        using BytesShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, Seed = new HashSeed(1, 1) });
        byte[] a = [.. Enumerable.Repeat((byte)1, 16), .. Enumerable.Repeat((byte)2, 16)];
        byte[] b = [.. a[16..], .. a[..16]];
        Race race = new(s_time);
        race.Loop("writer", () =>
        {
            map.TryAdd(a, 1);
            map.TryRemove(a, out _);
            map.TryAdd(b, 2);
            map.TryRemove(b, out _);
        });
        for (int reader = 0; reader < 2; reader++)
        {
            race.Loop($"reader {reader}", () =>
            {
                Assert.True(!map.TryGetValue(a, out long value) || value == 1);
                Assert.True(!map.TryGetValue(b, out value) || value == 2);
            });
        }

        race.Run();
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Enumerate_WhileRecordsAreUsedAgain_ReturnsWholeKeys()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });
        string[] keys = Enumerable.Range(0, 500).Select(static i => $"{i:D8}--------{i:D8}").ToArray();
        Race race = new(s_time);
        Random random = new(5);
        race.Loop("writer", () =>
        {
            int key = random.Next(keys.Length);
            map.TryAdd(keys[key], key);
            map.TryRemove(keys[random.Next(keys.Length)], out _);
        });
        race.Loop("reader", () =>
        {
            foreach (TextEntry<long> entry in map)
            {
                Assert.Equal(keys[entry.Value], entry.KeyToString());
            }
        });
        race.Run();
    }

    [Fact]
    public void Churn_OfOneLength_TakesNoMoreMemory()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int i = 0; i < 1_000; i++)
        {
            map[$"a key of some length {i:D8}"] = i;
        }

        long held = map.GetStatistics().RecordBytesHeld;
        for (int i = 1_000; i < 50_000; i++)
        {
            Assert.True(map.TryRemove($"a key of some length {i - 1_000:D8}", out _));
            map[$"a key of some length {i:D8}"] = i;
        }

        ShardMapStatistics statistics = map.GetStatistics();
        Assert.Equal(held, statistics.RecordBytesHeld);
        Assert.Equal(1_000 * 32, statistics.RecordBytesLive);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }
}
