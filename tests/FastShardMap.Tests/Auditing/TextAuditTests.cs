using System.Text;
using FastShardMap.Records;

namespace FastShardMap.Tests.Auditing;

/// <summary>Audits of maps whose keys are text or bytes.</summary>
public class TextAuditTests
{
    private const int KeptBytes = 36;

    public static TheoryData<int> Lengths => [0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 35, 36, 37, 63, 64, 65, 255, 32_766];

    [Fact]
    public void Operations_OfEveryKind_DoAsTheMapAndAreRecorded()
    {
        using TextShardMap<long> map = new();
        using AuditedTextShardMap<long> audited = new(map);
        const string Key = "the key of an entry of this map";
        byte[] utf8 = Encoding.UTF8.GetBytes(Key);
        Check(
            audited,
            [
                (AuditOperation.ReadMiss, () => audited.TryGetValue(Key, out _), false),
                (AuditOperation.Add, () => audited.TryAdd(Key.AsSpan(), 10), true),
                (AuditOperation.Refused, () => audited.TryAdd(utf8, 11), false),
                (AuditOperation.ReadHit, () => audited[Key], 10L),
                (AuditOperation.ReadHit, () => audited[utf8], 10L),
                (AuditOperation.ReadHit, () => audited.ContainsKey(Key.AsSpan()), true),
                (AuditOperation.Update, () => audited.TryUpdate(Key, 12, comparisonValue: 10), true),
                (AuditOperation.Refused, () => audited.TryUpdate(utf8, 12, comparisonValue: 10), false),
                (AuditOperation.Update, () => audited.TryExchange(Key, 13, out _), true),
                (AuditOperation.Update, () => audited[Key] = 14, 14L),
                (AuditOperation.Add, () => audited["b"] = 20, 20L),
                (AuditOperation.Update, () => audited.AddOrUpdate("b", static _ => 1, static (_, old) => old + 1), 21L),
                (AuditOperation.Update, () => audited.AddOrUpdate("b"u8, 1, static (_, old) => old + 1), 22L),
                (AuditOperation.Add, () => audited.AddOrUpdate("c", 1, static (old, by) => old + by, 5L), 1L),
                (AuditOperation.Update, () => audited.AddOrUpdate("c", 1, static (old, by) => old + by, 5L), 6L),
                (AuditOperation.Update, () => audited.Increment("c"), 7L),
                (AuditOperation.Update, () => audited.AddDelta("c"u8, 5), 12L),
                (AuditOperation.ReadHit, () => audited.GetOrAdd("c", 5), 12L),
                (AuditOperation.Add, () => audited.GetOrAdd("d", static key => key.Length), 1L),
                (AuditOperation.Add, () => audited.GetOrAdd("ee"u8, static (key, by) => key.Length * by, 3), 6L),
                (AuditOperation.Update, () => audited.TryUpdate("d", static (ref long v, int by) => v += by, 4), true),
                (AuditOperation.Update, () => audited.TryUpdateOrRemove("d", IsAbove, 0L), true),
                (AuditOperation.Remove, () => audited.TryUpdateOrRemove("d"u8, IsAbove, 100L), true),
                (AuditOperation.Refused, () => audited.TryRemove("c", comparisonValue: 6), false),
                (AuditOperation.Remove, () => audited.TryRemove("c"u8, comparisonValue: 12), true),
                (AuditOperation.Remove, () => audited.TryRemove(Key, out _), true),
            ]);
        Assert.Throws<KeyNotFoundException>(() => audited["absent"]);
        Assert.Throws<ArgumentException>(() => audited.Add("b", 1));
        Assert.Throws<ArgumentNullException>(() => audited.TryAdd((string)null!, 1));
        Assert.Throws<ArgumentException>(() => audited.TryAdd(new string('x', 40_000), 1));
        Assert.Equal(2, map.Count);
    }

    [Fact]
    public void Operations_OfBytes_DoAsTheMapAndAreRecorded()
    {
        using BytesShardMap<long> map = new();
        using AuditedBytesShardMap<long> audited = new(map);
        byte[] key = [.. Enumerable.Range(0, 50).Select(static value => (byte)(value * 5))];
        Check(
            audited,
            [
                (AuditOperation.Add, () => audited.TryAdd(key, 10), true),
                (AuditOperation.Update, () => audited.Increment(key), 11L),
                (AuditOperation.ReadHit, () => audited[key], 11L),
                (AuditOperation.ReadMiss, () => audited.ContainsKey([1]), false),
                (AuditOperation.Add, () => audited.GetOrAdd([1], 3), 3L),
                (AuditOperation.Remove, () => audited.TryRemove(key, out _), true),
            ]);
        Assert.Equal($"{Convert.ToHexString(key[..KeptBytes])}…", audited.GetRecent()[0].Key.ToString());
        Assert.Equal("01", audited.GetRecent()[3].Key.ToString());
    }

    [Fact]
    public void Ranges_OfBothForms_AreRecordedPerKey()
    {
        using TextShardMap<int> map = new();
        using AuditedTextShardMap<int> audited = new(map);
        string[] keys = [.. Enumerable.Range(0, 300).Select(static number => $"{number:d3}{new string('-', number)}")];
        int[] values = [.. Enumerable.Range(0, 300)];
        Assert.Equal(300, audited.TryAddRange(keys, values));
        Assert.Equal(0, audited.TryAddRange([.. keys.Select(Utf8)], values));
        audited.SetRange(keys, values);
        Assert.Equal(2, audited.TryGetValues([keys[7], "absent", keys[299]], values, new bool[3]));
        Assert.Equal((7, 0, 299), (values[0], values[1], values[2]));
        Assert.Equal(300, audited.TryRemoveRange([.. keys.Select(Utf8)]));
        Assert.Equal(
            [300L, 300L, 300L, 300L, 2L, 1L],
            new[]
            {
                AuditOperation.Add, AuditOperation.Refused, AuditOperation.Update, AuditOperation.Remove,
                AuditOperation.ReadHit, AuditOperation.ReadMiss,
            }.Select(audited.GetCount));

        Assert.Throws<ArgumentException>("keys", () => audited.TryAddRange(["a", null!], [1, 2]));
        Assert.Throws<ArgumentException>("values", () => audited.TryAddRange(["a"], [1, 2]));
        Assert.True(map.IsEmpty);
        Assert.Equal(300, audited.GetCount(AuditOperation.Add));
    }

    [Fact]
    public void RangesThatReport_OfBothForms_AreRecordedPerKey()
    {
        using TextShardMap<int> map = new();
        using AuditedTextShardMap<int> audited = new(map);
        string[] keys = [.. Enumerable.Range(0, 300).Select(static number => $"{number:d3}{new string('-', number)}")];
        ReadOnlyMemory<byte>[] utf8 = [.. keys.Select(Utf8)];
        int[] values = [.. Enumerable.Range(0, 300)];
        bool[] flags = new bool[300];
        Assert.Equal(200, audited.TryAddRange(keys.AsSpan(100), values.AsSpan(100), flags));
        Assert.Equal(100, audited.TryAddRange(utf8, values, flags));
        Assert.Equal(Enumerable.Range(0, 300).Select(static i => i < 100), flags);
        audited.AddDeltaRange(keys, values);
        audited.AddDeltaRange(utf8, values);
        audited.AddDeltaRange(keys, 5);
        audited.AddDeltaRange([utf8[0], Utf8("absent")], 7);
        Assert.Equal((12, 902, 7), (map[keys[0]], map[keys[299]], map["absent"]));
        Assert.Equal(1, audited.TryRemoveRange([keys[7], keys[7]], flags));
        Assert.Equal([true, false], flags[..2]);
        Assert.Equal(299, audited.TryRemoveRange(utf8, flags));
        Assert.Equal(Enumerable.Range(0, 300).Select(static i => i != 7), flags);
        Assert.Equal(
            [301L, 202L, 901L, 300L],
            new[] { AuditOperation.Add, AuditOperation.Refused, AuditOperation.Update, AuditOperation.Remove }
                .Select(audited.GetCount));
        Assert.Throws<ArgumentException>("added", () => audited.TryAddRange(keys, values, flags.AsSpan(1)));
        Assert.Throws<ArgumentException>("removed", () => audited.TryRemoveRange(utf8, flags.AsSpan(1)));
        Assert.Throws<ArgumentException>("deltas", () => audited.AddDeltaRange(keys, values.AsSpan(1)));
        Assert.Throws<ArgumentException>("keys", () => audited.AddDeltaRange(["absent", null!], 1));
        Assert.Equal((7, 1), (map["absent"], map.Count));
    }

    [Fact]
    public void RangesOfBytes_ThatReportOrAdd_AreRecordedPerKey()
    {
        using BytesShardMap<int> map = new();
        using AuditedBytesShardMap<int> audited = new(map);
        bool[] flags = new bool[3];
        Assert.Equal(2, audited.TryAddRange([Utf8("a"), Utf8("b"), Utf8("a")], [1, 2, 3], flags));
        Assert.Equal([true, true, false], flags);
        audited.AddDeltaRange([Utf8("a"), Utf8("c")], [10, 30]);
        audited.AddDeltaRange([Utf8("a"), Utf8("a")], 100);
        Assert.Equal((211, 2, 30), (map["a"u8], map["b"u8], map["c"u8]));
        Assert.Equal(1, audited.TryRemoveRange([Utf8("x"), Utf8("a")], flags));
        Assert.Equal([false, true, false], flags);
        Assert.Equal(
            [3L, 2L, 3L, 1L],
            new[] { AuditOperation.Add, AuditOperation.Refused, AuditOperation.Update, AuditOperation.Remove }
                .Select(audited.GetCount));
        Assert.Throws<ArgumentException>("added", () => audited.TryAddRange([Utf8("a")], [1], []));
        Assert.Throws<ArgumentException>("removed", () => audited.TryRemoveRange([Utf8("a")], []));
        Assert.Throws<ArgumentException>("deltas", () => audited.AddDeltaRange([Utf8("a")], []));
        Assert.Throws<ArgumentNullException>("map", () => ((AuditedBytesShardMap<int>)null!).AddDeltaRange([], 1));
        Assert.Throws<ArgumentNullException>("map", () => ((AuditedTextShardMap<int>)null!).AddDeltaRange(["a"], 1));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Key_OfAnyLength_IsKeptWithItsStart(int length)
    {
        string text = string.Create(length, 0, static (chars, _) =>
        {
            for (int i = 0; i < chars.Length; i++)
            {
                chars[i] = (char)('a' + (i % 26));
            }
        });
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        using AuditedTextShardMap<int> audited = new(map);
        audited[text] = 1;
        audited[Encoding.UTF8.GetBytes(text)] = 2;
        audited[text + "x"[..(length < 32_766 ? 1 : 0)]] = 3;
        AuditKey[] keys = [.. audited.GetRecent().Select(static item => item.Key)];
        bool isWhole = length <= KeptBytes;
        Assert.Equal(
            (length, isWhole, isWhole ? text : $"{text[..KeptBytes]}…"),
            (keys[0].Length, keys[0].IsWhole, keys[0].ToString()));
        Assert.Equal(Encoding.UTF8.GetBytes(text)[..Math.Min(length, KeptBytes)], keys[0].Start.ToArray());
        Assert.True(keys[0] == keys[1]);
        Assert.Equal(keys[0].GetHashCode(), keys[1].GetHashCode());
        Assert.Equal(length < 32_766, keys[0] != keys[2]);
    }

    [Fact]
    public void Key_ThatDiffersBehindItsStart_IsAnotherKey()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        using AuditedTextShardMap<int> audited = new(map);
        string start = new('s', KeptBytes);
        audited[$"{start}1"] = 1;
        audited[$"{start}2"] = 1;
        AuditKey[] keys = [.. audited.GetRecent().Select(static item => item.Key)];
        Assert.Equal(keys[0].ToString(), keys[1].ToString());
        Assert.False(keys[0].Equals(keys[1]));
        Assert.False(keys[0].Equals((object)keys[1]));
    }

    [Fact]
    public void Key_CutInsideOfACharacter_EndsBeforeIt()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        using AuditedTextShardMap<int> audited = new(map);
        for (int shift = 0; shift < 4; shift++)
        {
            audited[new string('a', shift) + string.Concat(Enumerable.Repeat("😀", 20))] = 1;
            audited[new string('a', shift) + new string('€', 20)] = 1;
        }

        // 36 bytes have nine characters of four bytes, or twelve of three.
        Assert.Equal(
            [
                (9, 12), (8, 11), (8, 11), (8, 11),
            ],
            audited.GetRecent().Chunk(2).Select(static pair => (
                pair[0].Key.ToString().Count(char.IsHighSurrogate),
                pair[1].Key.ToString().Count(static character => character == '€'))));
        Assert.DoesNotContain('\uFFFD', string.Concat(audited.GetRecent().Select(static item => item.Key.ToString())));
    }

    [Fact]
    public void Rules_OnLongKeys_NameThem()
    {
        using TextShardMap<int> map = new();
        AuditOptions<AuditKey> options = new();
        options.Rules.Clear();
        options.Rules.Add(new HotKeyRule<AuditKey>(writesPerSecond: 10));
        using AuditedTextShardMap<int> audited = new(map, options);
        string start = new('k', 60);
        for (int i = 0; i < 12; i++)
        {
            audited[$"{start}hot"] = i;
            audited[$"{start}{i}"] = i;
        }

        Assert.True(audited.Alerts.TryRead(out AuditAlert? alert));
        Assert.Equal(("hot key", $"{start[..KeptBytes]}…"), (alert.Rule, alert.Key));
        Assert.False(audited.Alerts.TryRead(out _));
    }

    [Fact]
    public void GetRecent_RecordsOfTheKeysReleased_StillTellsThem()
    {
        TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        using AuditedTextShardMap<int> audited = new(map);
        string[] keys = [.. Enumerable.Range(0, 100).Select(static number => $"a key with a record {number}")];
        foreach (string key in keys)
        {
            audited.Add(key, 1);
        }

        map.Clear();
        map.TrimExcess();
        map.Dispose();
        Assert.Equal(keys, audited.GetRecent().Select(static item => item.Key.ToString()));
        Assert.Throws<ObjectDisposedException>(() => audited.TryAdd("a", 1));
        Assert.Throws<ObjectDisposedException>(() => new AuditedTextShardMap<int>(map));
        Assert.Throws<ArgumentNullException>("map", () => new AuditedTextShardMap<int>(null!));
        Assert.Throws<ArgumentNullException>("map", () => new AuditedBytesShardMap<int>(null!));
    }

    [Fact]
    public void Dispose_Audit_GivesItsMemoryBackAndEndsTheRecording()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 2 });
        AuditedTextShardMap<int> audited = new(map);
        audited["a"] = 1;
        Assert.NotEqual(0, audited.Arena.LiveBytes);
        audited.Dispose();
        audited["b"] = 1;
        Assert.Equal((0, 0), (audited.Arena.LiveBytes, audited.Arena.HeldBytes));
        Assert.Equal((2, 1), (map.Count, audited.GetCount(AuditOperation.Add)));
        Assert.Empty(audited.GetRecent());
    }

    [Fact]
    public void WholeChars_OfAnyCut_IsValidAndDropsLessThanACharacter()
    {
        byte[] text = Encoding.UTF8.GetBytes("aé€😀aé€😀");
        for (int length = 0; length <= text.Length; length++)
        {
            ReadOnlySpan<byte> cut = Wtf8.WholeChars(text.AsSpan(0, length));
            Assert.True(System.Text.Unicode.Utf8.IsValid(cut));
            Assert.InRange(length - cut.Length, 0, 3);
        }

        Assert.Equal(2, Wtf8.WholeChars([0x80, 0x80]).Length);
    }

    private static void Check(
        MapAudit<AuditKey> audited, (AuditOperation Expected, Func<object?> Call, object? Result)[] calls)
    {
        foreach ((AuditOperation expected, Func<object?> call, object? result) in calls)
        {
            long before = audited.GetCount(expected);
            Assert.Equal(result, call());
            Assert.Equal(before + 1, audited.GetCount(expected));
        }

        Assert.Equal(calls.Length, audited.GetRecent().Count);
        Assert.All(audited.GetRecent(), item => Assert.Equal(Environment.CurrentManagedThreadId, item.ThreadId));
        Assert.Equal(0, audited.RuleFailures);
    }

    private static bool IsAbove(ref long value, long limit) => value > limit;

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
