using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Snapshots of maps whose keys have records, which the map and its snapshots share.</summary>
public class TextSnapshotTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Snapshot_KeysRemovedAndRecordsWanted_ShowsItsInstant(bool copyNow)
    {
        using TextShardMap<long> map = Filled(2_000);
        Dictionary<string, long> expected = ToDictionary(map);
        using (TextSnapshot<long> snapshot = map.Snapshot(copyNow))
        {
            for (int i = 0; i < 2_000; i++)
            {
                Assert.True(map.TryRemove(KeyOf(i), out _));
                map[KeyOf(i + 10_000)] = i;
            }

            Assert.Empty(map.Inner.Shards.FindViolations());
            Assert.NotEqual(0, map.GetStatistics().RecordBytesInLimbo);
            AssertSame(expected, snapshot);
        }

        Assert.Equal(0, map.GetStatistics().RecordBytesInLimbo);
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.Equal(2_000, map.Count);
    }

    [Fact]
    public void Snapshots_DisposedInAnyOrder_KeepWhatTheyShow()
    {
        Random random = new(TestSeed.For(nameof(Snapshots_DisposedInAnyOrder_KeepWhatTheyShow)));
        using TextShardMap<long> map = Filled(300);
        List<(TextSnapshot<long> Snapshot, Dictionary<string, long> Expected)> snapshots = [];
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < 40; i++)
            {
                map.TryRemove(KeyOf(random.Next(600)), out _);
                map[KeyOf(random.Next(600))] = round;
            }

            if (snapshots.Count < 4 && random.Next(2) == 0)
            {
                snapshots.Add((map.Snapshot(copyNow: random.Next(2) == 0), ToDictionary(map)));
            }
            else if (snapshots.Count > 0)
            {
                int which = random.Next(snapshots.Count);
                AssertSame(snapshots[which].Expected, snapshots[which].Snapshot);
                snapshots[which].Snapshot.Dispose();
                snapshots.RemoveAt(which);
            }

            if (random.Next(20) == 0)
            {
                map.Clear();
            }

            Assert.Empty(map.Inner.Shards.FindViolations());
        }

        foreach ((TextSnapshot<long> snapshot, Dictionary<string, long> expected) in snapshots)
        {
            AssertSame(expected, snapshot);
            snapshot.Dispose();
        }

        Assert.Equal(0, map.GetStatistics().RecordBytesInLimbo);
        map.Clear();
        Assert.Equal(0, map.GetStatistics().RecordBytesHeld);
        Assert.Equal(0, map.GetStatistics().RecordSegments);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Snapshot_MapClearedOrDisposed_KeepsItsKeys(bool dispose)
    {
        TextShardMap<long> map = Filled(2_000);
        Dictionary<string, long> expected = ToDictionary(map);
        TextSnapshot<long> snapshot = map.Snapshot();
        if (dispose)
        {
            map.Dispose();
        }
        else
        {
            map.Clear();
            for (int i = 0; i < 2_000; i++)
            {
                map[KeyOf(i + 50_000)] = i;
            }
        }

        AssertSame(expected, snapshot);
        snapshot.Dispose();
        Assert.Throws<ObjectDisposedException>(() => snapshot["x"]);
        Assert.Throws<ObjectDisposedException>(() => snapshot[KeyOf(1)]);
        if (!dispose)
        {
            Assert.Equal(0, map.GetStatistics().RecordBytesInLimbo);
            Assert.Empty(map.Inner.Shards.FindViolations());
            map.Clear();
            Assert.Equal(0, map.GetStatistics().RecordBytesHeld);
        }

        map.Dispose();
        Assert.InRange(map.BytesAllocated, 0, 64 * 1024);
    }

    [Fact]
    public void Snapshots_WhileWritersReuseRecords_AreConsistent()
    {
        using TextShardMap<long> map = Filled(300);
        Race race = new(TimeSpan.FromSeconds(2));
        Random random = new(3);
        race.Loop("writer", () =>
        {
            int key = random.Next(600);
            map.TryRemove(KeyOf(key), out _);
            map[KeyOf(random.Next(600))] = 1;
        });
        race.Loop("snapshots", round =>
        {
            using TextSnapshot<long> first = map.Snapshot(copyNow: round % 2 == 0);
            using TextSnapshot<long> second = map.Snapshot(copyNow: round % 3 == 0);
            long count = 0;
            foreach (TextEntry<long> entry in first)
            {
                string key = entry.KeyToString();
                Assert.StartsWith("a key of some length ", key, StringComparison.Ordinal);
                Assert.Equal(entry.Value, first[key]);
                count++;
            }

            Assert.Equal(first.Count, count);
            foreach (TextEntry<long> entry in second)
            {
                Assert.Equal(entry.Value, second[entry.Utf8Key]);
            }
        });
        race.Run();
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.Equal(0, map.GetStatistics().RecordBytesInLimbo);
    }

    private static string KeyOf(int i) => i % 3 == 0 ? $"a key of some length {i}, {new string('x', i % 90)}"
        : $"a key of some length {i:D6}";

    private static TextShardMap<long> Filled(int count)
    {
        TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });
        for (int i = 0; i < count; i++)
        {
            map[KeyOf(i)] = i;
        }

        return map;
    }

    [Fact]
    public void Keys_SnapshotDisposedMeanwhile_AreWholeOrRefused()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        string[] keys =
            [.. Enumerable.Range(0, 200).Select(static i => new string((char)('a' + (i % 26)), 20 + (i % 40)) + i)];
        HashSet<string> known = [.. keys];
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                map[keys[i]] = i;
            }

            TextSnapshot<long> snapshot = map.Snapshot();
            foreach (string key in keys)
            {
                map.TryRemove(key, out _); // the snapshot alone keeps the records now
            }

            using Barrier start = new(2);
            Thread other = new(() =>
            {
                start.SignalAndWait();
                Thread.SpinWait(round * 20);
                snapshot.Dispose();
            });
            other.Start();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            try
            {
                foreach (string key in snapshot.Keys)
                {
                    Assert.Contains(key, known);
                }
            }
            catch (ObjectDisposedException)
            {
                // The other thread was faster.
            }

            other.Join();
        }
    }

    [Fact]
    public void Constructors_NegativeCapacity_NameTheParameter()
    {
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => new TextShardMap<int>(-1)).ParamName);
        Assert.Equal(
            "capacity", Assert.Throws<ArgumentOutOfRangeException>(() => new BytesShardMap<int>(-1)).ParamName);
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => new BlobShardMap(-1)).ParamName);
    }

    private static Dictionary<string, long> ToDictionary(TextShardMap<long> map)
    {
        Dictionary<string, long> entries = new(StringComparer.Ordinal);
        foreach (TextEntry<long> entry in map)
        {
            entries.Add(entry.KeyToString(), entry.Value);
        }

        return entries;
    }

    private static void AssertSame(Dictionary<string, long> expected, TextSnapshot<long> snapshot)
    {
        Assert.Equal(expected.Count, snapshot.Count);
        int count = 0;
        foreach (TextEntry<long> entry in snapshot)
        {
            Assert.Equal(expected[entry.KeyToString()], entry.Value);
            count++;
        }

        Assert.Equal(expected.Count, count);
        foreach ((string key, long value) in expected)
        {
            Assert.Equal(value, snapshot[key]);
        }
    }
}
