using System.Buffers;
using System.Text;
using FastShardMap.Layout;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

public class BlobShardMapTests
{
    private static readonly int[] s_lengths =
        [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 255, 4_095, 4_096];

    /// <summary>The lengths of keys around every change of form.</summary>
    public static TheoryData<int> KeyLengths => [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 255, 4_095, 4_096, 32_766];

    [Theory]
    [MemberData(nameof(KeyLengths))]
    public void RandomOperations_OfOneKeyLength_AgreeWithADictionary(int length)
    {
        Random random = new(TestSeed.For($"{nameof(RandomOperations_OfOneKeyLength_AgreeWithADictionary)} {length}"));
        string[] keys = Enumerable.Range(0, length > 1_000 ? 10 : 100)
            .Select(_ => RandomAscii(random, length))
            .Distinct()
            .ToArray();
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2 });
        BlobMapModel model = new(map, keys, s_lengths, random);

        model.Run(1_500);

        map.TrimExcess();
        model.Check();
        map.EnsureCapacity(2_000);
        model.Check();
        map.Clear();
        model.Expected.Clear();
        model.Check();
        model.Run(300);
    }

    [Fact]
    public void RandomOperations_OfLargeValues_AgreeWithADictionary()
    {
        Random random = new(TestSeed.For(nameof(RandomOperations_OfLargeValues_AgreeWithADictionary)));
        string[] keys = ["", "short", new string('k', 40), new string('l', 32_766)];
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        BlobMapModel model = new(
            map, keys, [0, 100, 32_726, 32_766, 32_767, 32_768, 65_536, 100_000, 1_048_576], random);

        model.Run(300);

        Assert.InRange(
            map.GetStatistics().RecordBytesHeld, map.GetStatistics().RecordBytesLive, map.BytesAllocated);
        map.Clear();
        Assert.Equal(0, map.GetStatistics().RecordBytesHeld);
        Assert.Equal(0, map.GetStatistics().RecordSegments);
    }

    [Fact]
    public void LargeValue_ReplacedOrRemoved_ReturnsItsMemory()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        map.Set("a", []);
        long before = map.BytesAllocated;
        for (int i = 0; i < 50; i++)
        {
            map.Set("a", BlobBytes.Create(i, 1_000_000 + i));
            Assert.InRange(map.BytesAllocated - before, 1_000_000, 1_100_000);
        }

        map.Set("a", []);
        Assert.Equal(before, map.BytesAllocated);
        map.Set("b", new byte[500_000]);
        Assert.True(map.TryRemove("b"));
        Assert.Equal(before, map.BytesAllocated);
        Assert.Equal(0, map.GetStatistics().RecordBytesLive);
    }

    /// <summary>The lengths of values drift: what is free at any time has lengths that no value has again.</summary>
    [Fact]
    public void Churn_OfDriftingLengths_HoldsLittleMoreThanWhatLives()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        const int Keys = 4_000;
        double highest = 0;
        for (int i = 0; i < 150_000; i++)
        {
            map.Set($"key {i % Keys}", BlobBytes.Create(i, 10 + (i / 500)));
            if (i > Keys && i % 1_000 == 0)
            {
                ShardMapStatistics statistics = map.GetStatistics();
                highest = Math.Max(highest, (double)statistics.RecordBytesHeld / statistics.RecordBytesLive);
            }
        }

        Assert.InRange(highest, 1, 2.7);
        Assert.True(map.GetStatistics().MigrationsFinished > 12, "No compaction has happened.");
        byte[] room = new byte[1_000];
        for (int key = 0; key < Keys; key++)
        {
            Assert.True(map.TryGetValue($"key {key}", room, out int length));
            Assert.True(BlobBytes.IsWhole(room.AsSpan(0, length)));
        }

        map.TrimExcess();
        ShardMapStatistics trimmed = map.GetStatistics();
        Assert.InRange(trimmed.RecordBytesHeld, trimmed.RecordBytesLive, trimmed.RecordBytesLive * 1.6);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Key_TooLongOrNull_IsRefused()
    {
        using BlobShardMap map = new();
        string tooLong = new('x', RecordKey.MaxBytes + 1);
        string none = null!;

        Assert.Equal("key", Assert.Throws<ArgumentException>(() => map.Set(tooLong, [1])).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentException>(() => map.Set(new byte[40_000], [1])).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentException>(() => map.TryGetValue(tooLong, [], out _)).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map.Set(none, [1])).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map.TryAdd(none, [1])).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map.TryRemove(none)).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map.ContainsKey(none)).ParamName);
        Assert.Equal(
            "destination", Assert.Throws<ArgumentNullException>(() => map.TryGetValue("a", null!)).ParamName);
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void Value_TooLong_IsRefused()
    {
        using BlobShardMap map = new();
        map.Set("a", [1]);
        byte[] tooLong = GC.AllocateUninitializedArray<byte>(BlobRef.MaxBytes + 1);

        Assert.Equal("value", Assert.Throws<ArgumentException>(() => map.Set("a", tooLong)).ParamName);
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => map.TryAdd("b"u8, tooLong)).ParamName);
        Assert.Equal("newValue", Assert.Throws<ArgumentException>(() => map.TryUpdate("a", tooLong, 1)).ParamName);
        Assert.Equal(
            "newValue", Assert.Throws<ArgumentException>(() => map.TryUpdate("a", tooLong, [1])).ParamName);
        Assert.Equal(1, map.Count);
        Assert.True(map.TryGetLength("a", out int length));
        Assert.Equal(1, length);
    }

    [Fact]
    public void AllMembers_AfterDispose_Throw()
    {
        BlobShardMap map = new();
        map.Set("a", [1]);
        map.Dispose();
        map.Dispose();

        Assert.Throws<ObjectDisposedException>(() => map.TryGetValue("a", new byte[1], out _));
        Assert.Throws<ObjectDisposedException>(() => map.TryGetValue("a", new ArrayBufferWriter<byte>()));
        Assert.Throws<ObjectDisposedException>(() => map.TryGetLength("a", out _));
        Assert.Throws<ObjectDisposedException>(() => map.ContainsKey("a"));
        Assert.Throws<ObjectDisposedException>(() => map.Set("a", [1]));
        Assert.Throws<ObjectDisposedException>(() => map.TryAdd("a", [1]));
        Assert.Throws<ObjectDisposedException>(() => map.TryUpdate("a", [1], [1]));
        Assert.Throws<ObjectDisposedException>(() => map.TryUpdate("a", [1], 1));
        Assert.Throws<ObjectDisposedException>(() => map.TryRemove("a"));
        Assert.Throws<ObjectDisposedException>(() => map.Count);
        Assert.Throws<ObjectDisposedException>(map.Clear);
        Assert.Throws<ObjectDisposedException>(() => map.Snapshot());
        Assert.Throws<ObjectDisposedException>(() => map.GetEnumerator().MoveNext());
        Assert.Equal("BlobShardMap: disposed", map.ToString());
    }

    [Fact]
    public void TryGetValue_WriterThatReturnsTooLittle_IsRefused()
    {
        using BlobShardMap map = new();
        map.Set("a", new byte[100]);
        ShortWriter writer = new();

        Assert.Throws<InvalidOperationException>(() => map.TryGetValue("a", writer));
        Assert.False(writer.HasAdvanced);
    }

    [Fact]
    public void Version_OfAnEntryAddedAnew_IsNotUsedAgain()
    {
        using BlobShardMap map = new();
        HashSet<long> versions = [];
        for (int i = 0; i < 1_000; i++)
        {
            map.Set("a", [1]);
            Assert.True(map.TryGetValue("a", new byte[1], out _, out long version));
            Assert.True(versions.Add(version));
            if (i % 3 == 0)
            {
                Assert.True(map.TryRemove("a"));
            }
            else if (i % 7 == 0)
            {
                map.Clear();
            }
            else if (i % 11 == 0)
            {
                map.TrimExcess();
                Assert.True(map.TryGetValue("a", new byte[1], out _, out long after));
                Assert.Equal(version, after);
            }
        }
    }

    [Fact]
    public void ToString_NamesTheMap()
    {
        using BlobShardMap map = new(new ShardMapOptions { Name = "pages", ShardCount = 1 });
        map.Set("a", [1]);

        Assert.Equal("pages", map.Name);
        Assert.StartsWith("BlobShardMap 'pages': 1 of ", map.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_AllocateNothing()
    {
        using BlobShardMap map = new();
        byte[] room = new byte[5_000];
        byte[] value = new byte[300];
        Allocation.AssertNone(() => ReadAndWrite(map, room, value));
    }

    private static void ReadAndWrite(BlobShardMap map, byte[] room, byte[] value)
    {
        for (int i = 0; i < 100; i++)
        {
            map.Set("a key of more than fifteen bytes", value.AsSpan(0, i));
            map.TryGetValue("a key of more than fifteen bytes", room, out _);
            map.TryGetValue("missing", room, out _);
            map.TryRemove("a key of more than fifteen bytes", room, out _);
        }
    }

    private static string RandomAscii(Random random, int length)
    {
        StringBuilder text = new(length);
        for (int i = 0; i < length; i++)
        {
            text.Append((char)random.Next(0, 0x80));
        }

        return text.ToString();
    }

    private sealed class ShortWriter : IBufferWriter<byte>
    {
        public bool HasAdvanced { get; private set; }

        public void Advance(int count) => HasAdvanced = true;

        public Memory<byte> GetMemory(int sizeHint = 0) => new byte[10];

        public Span<byte> GetSpan(int sizeHint = 0) => new byte[10];
    }
}
