using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using FastShardMap.Layout;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

public class TextApiTests
{
    /// <summary>The lengths around every change of form.</summary>
    public static TheoryData<int> Lengths => [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 255, 10_000, 32_766];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void AllOperations_OfOneLength_AgreeWithADictionary(int length)
    {
        Random random = new(TestSeed.For($"{nameof(AllOperations_OfOneLength_AgreeWithADictionary)} {length}"));
        int count = length > 1_000 ? 20 : 200;
        string[] keys = [.. Enumerable.Range(0, count).Select(_ => Ascii(random, length)).Distinct()];
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });

        new TextApiModel(map, keys, random) { HasRanges = length <= 10_000 }.Run(length > 1_000 ? 300 : 3_000);
    }

    [Fact]
    public void AllOperations_OfMixedTexts_AgreeWithADictionaryAndSurviveEveryCopy()
    {
        Random random = new(TestSeed.For(nameof(AllOperations_OfMixedTexts_AgreeWithADictionaryAndSurviveEveryCopy)));
        string[] keys = [.. Enumerable.Range(0, 1_500).Select(_ => Mixed(random)).Distinct(StringComparer.Ordinal)];
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 4, Name = "mixed texts" });
        TextApiModel model = new(map, keys, random);
        model.Run(15_000);

        map.TrimExcess();
        model.Check(map);
        using TextShardMap<long> clone = map.Clone();
        model.Check(clone);
        using TextShardMap<long> other = map.Clone(new ShardMapOptions { ShardCount = 1 });
        model.Check(other);
        using MemoryStream file = new();
        map.Save(file);
        file.Position = 0;
        using TextShardMap<long> loaded = TextShardMap<long>.Load(file);
        model.Check(loaded);
        map.Dispose();
        model.Check(clone);
        model.Check(other);
    }

    [Fact]
    public void MergeFrom_KeysThatBothHave_AsksTheFunctorWithTheKey()
    {
        using TextShardMap<int> map = new();
        using TextShardMap<int> other = new();
        string[] keys = ["short", "a key with a record of its own", new string('x', 300), "only here"];
        for (int i = 0; i < keys.Length; i++)
        {
            map[keys[i]] = i;
            other[keys[i]] = 10 * i;
        }

        Assert.True(other.TryRemove(keys[3], out _));
        other["only there, and also of some length"] = 7;
        List<string> conflicts = [];

        long merged = map.MergeFrom(other, (key, mine, theirs) =>
        {
            conflicts.Add(Encoding.UTF8.GetString(key));
            return mine + theirs;
        });

        Assert.Equal(4, merged);
        Assert.Equal(keys[..3].Order(StringComparer.Ordinal), conflicts.Order(StringComparer.Ordinal));
        Assert.Equal([0, 11, 22, 3], keys.Select(key => map[key]));
        Assert.Equal(7, map["only there, and also of some length"]);
        Assert.Equal(4, other.CopyTo(map));
        Assert.Equal(20, map[keys[2]]);
        Assert.Equal("source", Assert.Throws<ArgumentException>(() => map.MergeFrom(map, (_, a, _) => a)).ParamName);
        Assert.Equal("destination", Assert.Throws<ArgumentException>(() => map.CopyTo(map)).ParamName);
    }

    [Fact]
    public void Functors_ReceiveTheCallersKeyAndKeepTheirState()
    {
        using TextShardMap<int> map = new();
        LengthFactory factory = default;
        Assert.Equal(3, map.GetOrAdd("abc", ref factory));
        Assert.Equal(3, map.GetOrAdd("abc", ref factory));
        Assert.Equal(70, map.GetOrAdd(new string('y', 70), ref factory));
        Assert.Equal(2, factory.Calls);
        Assert.Equal(2, map.AddOrUpdate("né", ref factory));
        Assert.Equal(102, map.AddOrUpdate("né".AsSpan(), ref factory));
        Assert.Equal(3, factory.Calls);
    }

    [Fact]
    public void Factory_Throws_LeavesNoEntryAndNoRecord()
    {
        using TextShardMap<int> map = new();
        string key = new('k', 100);

        Assert.Throws<FormatException>(() => map.GetOrAdd(key, static _ => throw new FormatException()));
        Assert.Throws<FormatException>(
            () => map.AddOrUpdate(key, static _ => throw new FormatException(), static (_, value) => value));

        Assert.Equal(0, map.Count);
        Assert.Equal(0, map.GetStatistics().RecordBytesLive);
        Assert.Throws<InvalidOperationException>(() => map.GetOrAdd(key, item => map.GetOrAdd("other", 1)));
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void Exclusive_AllOperations_AgreeWithTheMap()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { StartExclusive = true });
        TextShardMapExclusive<int> phase = map.Exclusive!;
        Assert.Same(phase, map.Exclusive);
        string[] keys = ["a", new string('b', 40), new string('c', 500)];
        foreach (string key in keys)
        {
            phase.Add(key, 1);
            Assert.Throws<ArgumentException>(() => phase.Add(key.AsSpan(), 2));
            Assert.False(phase.TryAdd(Encoding.UTF8.GetBytes(key), 2));
            phase[key] = 3;
            Assert.Equal(3 + key.Length, phase.AddOrUpdate(key, static _ => 0, static (item, v) => v + item.Length));
            Assert.True(phase.TryGetValue(key.AsSpan(), out int value) && value == 3 + key.Length);
        }

        Assert.Equal(
            keys.Order(StringComparer.Ordinal), phase.ToArray().Select(e => e.Key).Order(StringComparer.Ordinal));
        Assert.True(phase.TryRemove(keys[1], out _));
        Exception? foreign = null;
        Thread thread = new(() => foreign = Record.Exception(() => phase.TryGetValue("a", out _)));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(foreign);
        phase.Dispose();
        Assert.Null(map.Exclusive);
        Assert.Equal(2, map.Count);
        using TextShardMapExclusive<int> second = map.EnterExclusive();
        Assert.Equal(2, second.Count);
    }

    [Fact]
    public void Enumerations_WithStrings_HaveAllEntries()
    {
        using TextShardMap<int> map = new();
        Assert.Empty(map.AsStrings());
        for (int i = 0; i < 500; i++)
        {
            map[$"key number {i} of five hundred"] = i;
        }

        Assert.Equal(Enumerable.Range(0, 500), map.AsStrings().OrderBy(e => e.Value).Select(e => e.Value));
        Assert.Equal("key number 42 of five hundred", map.AsStrings().Single(e => e.Value == 42).Key);
        Assert.Equal(500, map.ToArray().DistinctBy(e => e.Key).Count());
        KeyValuePair<string, int>[] copy = new KeyValuePair<string, int>[501];
        Assert.Equal(500, map.CopyTo(copy));
        ArgumentException tooShort =
            Assert.Throws<ArgumentException>(() => map.CopyTo(new KeyValuePair<string, int>[499]));
        Assert.Contains("500", tooShort.Message, StringComparison.Ordinal);
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.AsStrings());
        Assert.Throws<ObjectDisposedException>(() => map.ToArray());
    }

    [Fact]
    public void EntryOfASnapshot_AfterItsDisposal_Throws()
    {
        using TextShardMap<int> map = new();
        using BytesShardMap<int> bytes = new();
        map[new string('s', 40)] = 1;
        bytes[new byte[40]] = 1;
        TextSnapshot<int> snapshot = map.Snapshot();
        BytesSnapshot<int> ofBytes = bytes.Snapshot();
        TextSnapshot<int>.Enumerator entries = snapshot.GetEnumerator();
        BytesSnapshot<int>.Enumerator entriesOfBytes = ofBytes.GetEnumerator();
        Assert.True(entries.MoveNext() && entriesOfBytes.MoveNext());
        Assert.Equal(40, entries.Current.Utf8Key.Length + entriesOfBytes.Current.Key.Length - 40);
        Assert.Equal(snapshot.ToDictionary().Keys, snapshot.ToArray().Select(e => e.Key));
        Assert.Equal(ofBytes.ToArray().Single().Key, new byte[40]);

        snapshot.Dispose();
        ofBytes.Dispose();

        Assert.Throws<ObjectDisposedException>(() => entries.Current.KeyToString());
        Assert.Throws<ObjectDisposedException>(() => entries.Current.Utf8Key.Length);
        Assert.Throws<ObjectDisposedException>(() => entriesOfBytes.Current.Key.Length);
    }

    [Fact]
    public void Ranges_WithBadArguments_ChangeNothing()
    {
        using TextShardMap<int> map = new();
        map["present"] = 1;
        string[] withNull = ["x", null!, "y"];
        string[] tooLong = ["x", new string('é', 20_000), "y"];
        ReadOnlyMemory<byte>[] tooLongBytes = [new byte[RecordKey.MaxBytes + 1]];
        int[] values = new int[3];
        bool[] flags = new bool[3];
        foreach (string[] keys in (string[][])[withNull, tooLong])
        {
            AssertNames("keys", () => map.TryGetValues(keys, values, flags));
            AssertNames("keys", () => map.TryAddRange(keys, values));
            AssertNames("keys", () => map.TryAddRange(keys, values, flags));
            AssertNames("keys", () => map.SetRange(keys, values));
            AssertNames("keys", () => map.TryRemoveRange(keys));
            AssertNames("keys", () => map.TryRemoveRange(keys, flags));
            AssertNames("keys", () => map.AddDeltaRange(keys, values));
            AssertNames("keys", () => map.AddDeltaRange(keys, 1));
        }

        AssertNames("keys", () => map.SetRange(tooLongBytes, [1]));
        AssertNames("values", () => map.TryGetValues(["a", "b"], new int[1], flags));
        AssertNames("found", () => map.TryGetValues(["a", "b"], values, new bool[1]));
        AssertNames("values", () => map.SetRange(["a", "b"], values));
        AssertNames("values", () => map.TryAddRange(["a"], new int[2]));
        AssertNames("added", () => map.TryAddRange(["a", "b"], new int[2], new bool[1]));
        AssertNames("removed", () => map.TryRemoveRange(["present", "b"], new bool[1]));
        AssertNames("deltas", () => map.AddDeltaRange(["a", "b"], new int[1]));

        Assert.Equal(1, map.Count);
        Assert.Equal(0, map.TryRemoveRange(ReadOnlySpan<string>.Empty));
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.TryGetValues(ReadOnlySpan<string>.Empty, [], []));
        Assert.Throws<ObjectDisposedException>(() => map.SetRange(["a"], [1]));
    }

    [Fact]
    public unsafe void Keys_InAnyMemory_AreCopied()
    {
        using BytesShardMap<int> map = new();
        Span<byte> onStack = stackalloc byte[100];
        onStack.Fill(1);
        map[onStack] = 1;
        onStack.Clear();
        byte[] pinned = GC.AllocateArray<byte>(100, pinned: true);
        pinned.AsSpan().Fill(2);
        map[pinned] = 2;
        pinned.AsSpan().Clear();
        byte* native = (byte*)NativeMemory.Alloc(100);
        Span<byte> ofNative = new(native, 100);
        ofNative.Fill(3);
        map[ofNative] = 3;
        using (IMemoryOwner<byte> owner = MemoryPool<byte>.Shared.Rent(100))
        {
            owner.Memory.Span[..100].Fill(4);
            map.SetRange([owner.Memory[..100]], [4]);
            owner.Memory.Span.Clear();
        }

        ofNative.Fill(0xEE);
        NativeMemory.Free(native);
        for (byte i = 1; i <= 4; i++)
        {
            byte[] key = new byte[100];
            key.AsSpan().Fill(i);
            Assert.Equal(i, map[key]);
        }

        Assert.Equal(4, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Strings_Null_AreRefusedByEveryOperation()
    {
        using TextShardMap<int> map = new();
        string none = null!;
        foreach (Action call in (Action[])
        [
            () => map.Add(none, 1), () => map.TryExchange(none, 1, out _), () => map.TryRemove(none, 1),
            () => map.Prefetch(none), () => map.GetOrAdd(none, static _ => 1),
            () => map.AddOrUpdate(none, 1, static (_, v) => v),
            () => map.AddOrUpdate(none, static _ => 1, static (_, v) => v),
            () => map.TryUpdate(none, static (ref v, _) => v++, 0),
            () => map.TryUpdateOrRemove(none, static (ref v, _) => true, 0), () => map.Increment(none),
            () => map.AddDelta(none, 2), () => map.TryAdd(none, 1, TimeSpan.Zero),
            () => map.TrySet(none, 1, TimeSpan.Zero),
            () => map.TryUpdate(none, 1, 1, TimeSpan.Zero), () => map.TryRemove(none, out _, TimeSpan.Zero),
        ])
        {
            Assert.Equal("key", Assert.Throws<ArgumentNullException>(call).ParamName);
        }

        Assert.Equal(0, map.Count);
        Assert.Throws<ArgumentNullException>(() => map.GetOrAdd("k", (Func<ReadOnlySpan<char>, int>)null!));
        Assert.Throws<ArgumentNullException>(() => map.TryUpdate("k", (RefAction<int, int>)null!, 0));
        TextShardMap<int> noMap = null!;
        Assert.Equal("map", Assert.Throws<ArgumentNullException>(() => noMap.Increment("k")).ParamName);
    }

    [Fact]
    public void Add_PresentKey_ThrowsAndChangesNothing()
    {
        using TextShardMap<int> map = new();
        map.Add("a key", 1);

        ArgumentException exception = Assert.Throws<ArgumentException>(() => map.Add("a key"u8, 2));

        Assert.Equal("key", exception.ParamName);
        Assert.Contains("a key", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, map["a key"]);
    }

    private static void AssertNames(string parameter, Action call) =>
        Assert.Equal(parameter, Assert.Throws<ArgumentException>(call).ParamName);

    private static string Ascii(Random random, int length) =>
        string.Create(length, random, static (chars, source) =>
        {
            for (int i = 0; i < chars.Length; i++)
            {
                chars[i] = (char)source.Next(128);
            }
        });

    private static string Mixed(Random random)
    {
        string prefix = random.Next(2) == 0 ? "equal prefixes of many keys " : string.Empty;
        char[] text = new char[random.Next(12) == 0 ? random.Next(3_000) : random.Next(70)];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = random.Next(6) switch
            {
                0 => '\0',
                1 => (char)random.Next(0xD800, 0xE000),
                2 => (char)random.Next(0x10000),
                _ => (char)random.Next(128),
            };
        }

        return prefix + new string(text);
    }

    private struct LengthFactory : IValueUpserter<ReadOnlySpan<char>, int>
    {
        public int Calls { get; private set; }

        public int Create(ReadOnlySpan<char> key)
        {
            Calls++;
            return key.Length;
        }

        public void Update(ReadOnlySpan<char> key, ref int value) => value += 100;
    }
}
