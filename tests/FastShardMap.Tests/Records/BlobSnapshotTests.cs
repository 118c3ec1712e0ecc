using System.Globalization;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Snapshots of maps with values of any length: the map and its snapshots share records.</summary>
public class BlobSnapshotTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Snapshot_ValuesReplacedAndRemoved_ShowsItsInstant(bool copyNow)
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2 });
        for (int i = 0; i < 1_000; i++)
        {
            map.Set(KeyOf(i), ValueOf(i));
        }

        using (BlobSnapshot snapshot = map.Snapshot(copyNow))
        {
            for (int i = 0; i < 1_000; i++)
            {
                map.Set(KeyOf(i), BlobBytes.Create(-i, 20 + (i % 7)));
                if (i % 3 == 0)
                {
                    Assert.True(map.TryRemove(KeyOf(i)));
                }
            }

            map.TrimExcess();
            Assert.NotEqual(0, map.GetStatistics().RecordBytesInLimbo);
            Assert.Empty(map.Inner.Shards.FindViolations());
            AssertShows(snapshot, 1_000);
            map.Clear();
            map.Set("after", [1]);
            AssertShows(snapshot, 1_000);
        }

        ShardMapStatistics statistics = map.GetStatistics();
        Assert.Equal(0, statistics.RecordBytesInLimbo);
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.InRange(statistics.RecordBytesHeld, 1, 200_000);
    }

    [Fact]
    public void Snapshots_DisposedInAnyOrder_KeepWhatTheyShow()
    {
        Random random = new(TestSeed.For(nameof(Snapshots_DisposedInAnyOrder_KeepWhatTheyShow) + "Blob"));
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2 });
        Dictionary<string, byte[]> current = [];
        List<(BlobSnapshot Snapshot, Dictionary<string, byte[]> Expected)> snapshots = [];
        for (int round = 0; round < 150; round++)
        {
            for (int i = 0; i < 40; i++)
            {
                string key = KeyOf(random.Next(300));
                byte[] value = BlobBytes.Create(round, random.Next(50) == 0 ? 40_000 : random.Next(200));
                map.Set(key, value);
                current[key] = value;
                string other = KeyOf(random.Next(300));
                Assert.Equal(current.Remove(other), map.TryRemove(other));
            }

            if (snapshots.Count < 4 && random.Next(2) == 0)
            {
                snapshots.Add((map.Snapshot(copyNow: random.Next(2) == 0), new(current)));
            }
            else if (snapshots.Count > 0)
            {
                int which = random.Next(snapshots.Count);
                AssertSame(snapshots[which].Expected, snapshots[which].Snapshot);
                snapshots[which].Snapshot.Dispose();
                snapshots.RemoveAt(which);
            }

            if (random.Next(10) == 0)
            {
                map.TrimExcess();
            }

            Assert.Empty(map.Inner.Shards.FindViolations());
        }

        foreach ((BlobSnapshot snapshot, Dictionary<string, byte[]> expected) in snapshots)
        {
            AssertSame(expected, snapshot);
            snapshot.Dispose();
        }

        Assert.Equal(0, map.GetStatistics().RecordBytesInLimbo);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void AllMembers_AfterDispose_Throw()
    {
        using BlobShardMap map = new();
        map.Set("a key that has a record of its own", [1]);
        BlobSnapshot snapshot = map.Snapshot();
        BlobSnapshot.Enumerator entries = snapshot.GetEnumerator();
        Assert.True(entries.MoveNext());
        snapshot.Dispose();
        snapshot.Dispose();

        Assert.Throws<ObjectDisposedException>(() => snapshot.Count);
        Assert.Throws<ObjectDisposedException>(() => snapshot.IsEmpty);
        Assert.Throws<ObjectDisposedException>(() => snapshot.ContainsKey("a"));
        Assert.Throws<ObjectDisposedException>(() => snapshot.TryGetValue("a", out _));
        Assert.Throws<ObjectDisposedException>(() => snapshot.GetEnumerator().MoveNext());
        Assert.Throws<ObjectDisposedException>(() => entries.Current.Value.Length);
        Assert.Throws<ObjectDisposedException>(() => entries.Current.KeyToString());
    }

    private static void AssertShows(BlobSnapshot snapshot, int count)
    {
        Assert.Equal(count, snapshot.Count);
        for (int i = 0; i < count; i++)
        {
            Assert.True(snapshot.TryGetValue(KeyOf(i), out ReadOnlySpan<byte> value));
            Assert.True(value.SequenceEqual(ValueOf(i)));
        }

        Assert.False(snapshot.TryGetValue("after"u8, out ReadOnlySpan<byte> none));
        Assert.True(none.IsEmpty);
    }

    private static void AssertSame(Dictionary<string, byte[]> expected, BlobSnapshot snapshot)
    {
        int count = 0;
        foreach (BlobEntry entry in snapshot)
        {
            Assert.True(entry.Value.SequenceEqual(expected[entry.KeyToString()]));
            count++;
        }

        Assert.Equal(expected.Count, count);
        foreach ((string key, byte[] value) in expected)
        {
            Assert.True(snapshot.TryGetValue(key, out ReadOnlySpan<byte> shown));
            Assert.True(shown.SequenceEqual(value));
        }
    }

    private static string KeyOf(int i) =>
        i % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{i}")
            : string.Create(CultureInfo.InvariantCulture, $"a key of more than fifteen bytes {i}");

    private static byte[] ValueOf(int i) => BlobBytes.Create(i, i % 100 == 0 ? 40_000 : i % 300);
}
