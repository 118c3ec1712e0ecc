using System.Text;
using FastShardMap.Layout;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

public class TextShardMapTests
{
    /// <summary>The lengths around every change of form.</summary>
    public static TheoryData<int> Lengths =>
        [0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1_000, 32_766];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void RandomOperations_OfOneLength_AgreeWithADictionary(int length)
    {
        Random random = new(TestSeed.For($"{nameof(RandomOperations_OfOneLength_AgreeWithADictionary)} {length}"));
        int count = length > 1_000 ? 20 : 300;
        string[] keys = Enumerable.Range(0, count).Select(_ => RandomAscii(random, length)).Distinct().ToArray();
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });

        new TextMapModel(map, keys, random).Run(length > 1_000 ? 500 : 6_000);
    }

    [Fact]
    public void RandomOperations_OfMixedLengthsAndCharacters_AgreeWithADictionary()
    {
        Random random = new(TestSeed.For(nameof(RandomOperations_OfMixedLengthsAndCharacters_AgreeWithADictionary)));
        string[] keys = Enumerable.Range(0, 2_000)
            .Select(_ => RandomText(random, random.Next(90)))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 4 });
        TextMapModel model = new(map, keys, random);

        model.Run(40_000);

        map.TrimExcess();
        model.Check();
        map.EnsureCapacity(10_000);
        model.Check();
    }

    [Fact]
    public void Keys_OfTheLongestLength_AreAcceptedAndLongerOnesRefused()
    {
        using TextShardMap<int> map = new();
        string longest = new('x', RecordKey.MaxBytes);
        string longestInUtf8 = new('é', RecordKey.MaxBytes / 2);
        map[longest] = 1;
        map[longestInUtf8] = 2;

        Assert.Equal(1, map[longest]);
        Assert.Equal(2, map[Encoding.UTF8.GetBytes(longestInUtf8)]);
        foreach (string tooLong in (string[])[longest + "x", longestInUtf8 + "é", new string('語', 20_000)])
        {
            Assert.Equal("key", Assert.Throws<ArgumentException>(() => map.TryAdd(tooLong, 3)).ParamName);
            Assert.Equal("key", Assert.Throws<ArgumentException>(() => map[tooLong] = 3).ParamName);
            Assert.Equal("key", Assert.Throws<ArgumentException>(() => map.TryGetValue(tooLong, out _)).ParamName);
            byte[] utf8 = Encoding.UTF8.GetBytes(tooLong);
            Assert.Equal("key", Assert.Throws<ArgumentException>(() => map.TryAdd(utf8, 3)).ParamName);
            Assert.Equal("key", Assert.Throws<ArgumentException>(() => map.ContainsKey(utf8)).ParamName);
        }

        Assert.Equal(2, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void NullString_IsRefused()
    {
        using TextShardMap<int> map = new();
        string? none = null;

        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map[none!] = 1).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map[none!]).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map.TryAdd(none!, 1)).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map.TryGetValue(none!, out _)).ParamName);
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => map.TryRemove(none!, out _)).ParamName);
        Assert.Equal(0, map.Count);
        map[string.Empty] = 5;
        Assert.Equal(5, map[default(ReadOnlySpan<char>)]);
        Assert.Equal(5, map[default(ReadOnlySpan<byte>)]);
    }

    [Fact]
    public void LoneSurrogatesAndEmbeddedZeros_AreKeysOfTheirOwn()
    {
        string[] keys =
        [
            "\uD800", "\uDBFF", "\uDC00", "\uFFFD", "a\0", "a", "\0", "\0\0", string.Empty, "\uD800\uDC00",
            "long enough for a record \uD800", "long enough for a record \uD801", "long enough for a record \uFFFD",
            "long enough for a record \0", "long enough for a record ",
        ];
        using TextShardMap<int> map = new();
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.True(map.TryAdd(keys[i], i));
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (TextEntry<int> entry in map)
        {
            Assert.Equal(keys[entry.Value], entry.KeyToString());
            Assert.True(seen.Add(entry.KeyToString()));
            char[] chars = new char[40];
            Assert.Equal(keys[entry.Value], new string(chars, 0, entry.CopyKeyTo(chars)));
        }

        Assert.Equal(keys.Length, seen.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(i, map[keys[i]]);
        }
    }

    [Fact]
    public void InvalidUtf8_IsAKeyAsBytes_AndReplacedAsText()
    {
        byte[][] keys = [[0xFF], [0xFE], [0xC3], [0xED, 0xA0, 0x80], [.. new byte[20], 0xFF], [.. new byte[20], 0xFE]];
        using TextShardMap<int> map = new();
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.True(map.TryAdd(keys[i], i));
        }

        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(i, map[keys[i]]);
        }

        foreach (TextEntry<int> entry in map)
        {
            Assert.Equal(keys[entry.Value], entry.Utf8Key.ToArray());
            Assert.Equal(entry.Value == 3 ? "\uD800" : $"{new string('\0', keys[entry.Value].Length - 1)}\uFFFD",
                entry.KeyToString());
        }

        Assert.Equal(3, map["\uD800"]);
        Assert.False(map.ContainsKey("\uFFFD"));
    }

    [Fact]
    public void CopyKeyTo_TooShort_TellsTheLengthAndCopiesNothing()
    {
        using TextShardMap<int> map = new();
        map["a key with é and 語 in it"] = 1;
        foreach (TextEntry<int> entry in map)
        {
            char[] chars = new char[23];
            int length = entry.KeyToString().Length;
            ArgumentException? thrown = null;
            try
            {
                entry.CopyKeyTo(chars);
            }
            catch (ArgumentException exception)
            {
                thrown = exception;
            }

            Assert.Equal(24, length);
            Assert.Contains("24 characters", thrown!.Message, StringComparison.Ordinal);
            Assert.All(chars, static c => Assert.Equal('\0', c));
            Assert.Equal(length, entry.CopyKeyTo(new char[length]));
        }
    }

    /// <summary>With this seed, keys of 32 bytes whose halves are exchanged have one hash.</summary>
    [Fact]
    public void Keys_OfEqualHash_AreToldApartByTheirBytes()
    {
        ShardMapOptions options = new() { ShardCount = 1, Seed = new HashSeed(1, 1) };
        using BytesShardMap<int> map = new(options);
        Random random = new(TestSeed.For(nameof(Keys_OfEqualHash_AreToldApartByTheirBytes)));
        List<byte[]> keys = [];
        for (int i = 0; i < 100; i++)
        {
            byte[] key = new byte[32];
            random.NextBytes(key);
            keys.Add(key);
            keys.Add([.. key[16..], .. key[..16]]);
        }

        for (int i = 0; i < keys.Count; i++)
        {
            Assert.True(map.TryAdd(keys[i], i));
        }

        Dictionary<ulong, int> hashes = [];
        foreach (KeyValuePair<RecordKey, int> entry in map.Inner)
        {
            hashes[entry.Key.LongHash] = hashes.GetValueOrDefault(entry.Key.LongHash) + 1;
        }

        Assert.All(hashes.Values, static count => Assert.Equal(2, count));
        for (int i = 0; i < keys.Count; i++)
        {
            Assert.Equal(i, map[keys[i]]);
            Assert.True(map.TryUpdate(keys[i], -i, i));
        }

        for (int i = 0; i < keys.Count; i += 2)
        {
            Assert.True(map.TryRemove(keys[i], out int removed));
            Assert.Equal(-i, removed);
            Assert.False(map.ContainsKey(keys[i]));
            Assert.Equal(-i - 1, map[keys[i + 1]]);
        }

        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Keys_OfEqualPrefixesAndSuffixes_AreToldApart()
    {
        using BytesShardMap<int> map = new();
        int count = 0;
        foreach (int length in (int[])[17, 32, 33, 48, 64, 65, 200])
        {
            for (int i = 0; i < length; i++)
            {
                byte[] key = new byte[length];
                key[i] = 1;
                Assert.True(map.TryAdd(key, count++));
            }

            Assert.True(map.TryAdd(new byte[length], count++));
        }

        Assert.Equal(count, map.Count);
        foreach (BytesEntry<int> entry in map)
        {
            Assert.Equal(entry.Value, map[entry.Key]);
        }
    }

    [Fact]
    public void Dispose_EveryMemberThrows()
    {
        TextShardMap<int> map = new();
        map["a key that is long enough for a record"] = 1;
        map.Dispose();

        Assert.Throws<ObjectDisposedException>(() => map["short"]);
        Assert.Throws<ObjectDisposedException>(() => map["short"] = 1);
        Assert.Throws<ObjectDisposedException>(() => map["a key that is long enough for a record"]);
        Assert.Throws<ObjectDisposedException>(() => map.TryAdd("a key that is long enough for a record", 1));
        Assert.Throws<ObjectDisposedException>(() => map.TryRemove("x"u8, out _));
        Assert.Throws<ObjectDisposedException>(() => map.GetEnumerator());
        Assert.Throws<ObjectDisposedException>(() => map.Count);
        Assert.Throws<ObjectDisposedException>(() => map.GetStatistics());
        Assert.Throws<ObjectDisposedException>(() => map.Snapshot());
        Assert.Throws<ObjectDisposedException>(() => map.Clear());
        map.Dispose();
        Assert.Contains("disposed", map.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Indexer_AbsentKey_NamesTheKey()
    {
        using TextShardMap<int> map = new();

        Assert.Contains("'absent'", Assert.Throws<KeyNotFoundException>(() => map["absent"]).Message,
            StringComparison.Ordinal);
        Assert.Contains("'absent'", Assert.Throws<KeyNotFoundException>(() => map["absent"u8]).Message,
            StringComparison.Ordinal);
        Assert.InRange(Assert.Throws<KeyNotFoundException>(() => map[new string('x', 1_000)]).Message.Length, 70, 120);
    }

    [Fact]
    public void FactoryThatThrows_AddsNothing()
    {
        using TextShardMap<int> map = new();
        const string Key = "a key that is long enough for a record";

        Assert.Throws<InvalidTimeZoneException>(
            () => map.GetOrAdd(Key, static (_, _) => throw new InvalidTimeZoneException(), 0));

        Assert.Equal(0, map.Count);
        Assert.Equal(0, map.GetStatistics().RecordBytesLive);
        Assert.Equal(38, map.GetOrAdd(Key, static (key, _) => key.Length, 0));
        Assert.Equal(38, map.GetOrAdd(Encoding.UTF8.GetBytes(Key), static (key, _) => -key.Length, 0));
    }

    internal static string RandomAscii(Random random, int length) =>
        string.Create(length, random, static (chars, random) =>
        {
            foreach (ref char c in chars)
            {
                c = (char)random.Next(0x80);
            }
        });

    internal static string RandomText(Random random, int length) =>
        string.Create(length, random, static (chars, random) =>
        {
            bool isAscii = random.Next(2) == 0;
            foreach (ref char c in chars)
            {
                c = (char)(isAscii || random.Next(4) != 0 ? random.Next(0x80) : random.Next(0x10000));
            }
        });
}
