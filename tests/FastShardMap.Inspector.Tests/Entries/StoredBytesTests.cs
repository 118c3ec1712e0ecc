using System.Text.Json;
using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Tests.Rendering;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Entries;

/// <summary>Keys of any length: what <c>entries</c> shows, and what conditions say about them.</summary>
public sealed class StoredBytesTests(PlannedTarget target) : IClassFixture<PlannedTarget>
{
    [Theory]
    [InlineData("key == 'user:0000000000000042'", true)]
    [InlineData("key = 'USER:0000000000000042'", false)]
    [InlineData("key != 'user:0000000000000042'", false)]
    [InlineData("key startswith 'user:'", true)]
    [InlineData("key StartsWith user", true)]
    [InlineData("key startswith ''", true)]
    [InlineData("key startswith ser", false)]
    [InlineData("key contains 0042", true)]
    [InlineData("key contains 0043", false)]
    [InlineData("key.Length == 21", true)]
    [InlineData("key.length > 21", false)]
    [InlineData("key < 'user:1'", true)]
    [InlineData("key >= 'user:1'", false)]
    [InlineData("key startswith user and value == 7", true)]
    public void Accepts_ConditionOnText_IsDecided(string condition, bool expected)
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        map["user:0000000000000042"] = 7;

        Assert.Equal(expected, Accepts(map.Inner, condition));
    }

    [Theory]
    [InlineData("key == 00ff10", true)]
    [InlineData("key == 0x00FF10", true)]
    [InlineData("key startswith 00ff", true)]
    [InlineData("key contains ff", true)]
    [InlineData("key contains 0f", false)]
    [InlineData("key.Length < 4", true)]
    [InlineData("key.Text startswith '\\u0000\\xff'", true)]
    [InlineData("key.Text contains user", false)]
    public void Accepts_ConditionOnBytes_IsDecided(string condition, bool expected)
    {
        using BytesShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[new byte[] { 0, 255, 16 }] = 7;

        Assert.Equal(expected, Accepts(map.Inner, condition));
    }

    [Theory]
    [InlineData("key.Nope == 1", "There is no field 'key.Nope'. The fields are: key, key.Length, value.")]
    [InlineData("key.Length == x", "'key.Length' is a number; 'x' is not.")]
    [InlineData("value startswith 1", "'startswith' is for text and bytes of any length")]
    [InlineData("key.Length contains 1", "'contains' is for text and bytes of any length")]
    [InlineData("key like a", "'like' in the condition")]
    public void Bind_WhatCanNeverHold_IsRefused(string condition, string message)
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        map["a"] = 1;
        InspectionException refused = Assert.Throws<InspectionException>(() => Accepts(map.Inner, condition));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_BytesThatAreNotHexadecimal_NamesTheFieldForText()
    {
        using BytesShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[new byte[] { 1 }] = 1;
        InspectionException refused = Assert.Throws<InspectionException>(() => Accepts(map.Inner, "key == user"));

        Assert.Contains("'key.Text' is the same as text.", refused.Message, StringComparison.Ordinal);
    }

    // Not a theory: lone surrogates do not survive as data of a test.
    [Fact]
    public void ToString_Text_ComesBackWithEscapesForSurrogates()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        foreach ((string text, string expected, bool isExact) in ((string, string, bool)[])
            [
                ("", "", true),
                ("plain", "plain", true),
                ("ünï €", "ünï €", true),
                ("\ud83d\ude00", "😀", true),
                ("a\ud83d", @"a\ud83d", false),
                ("\udc00\ud83d", @"\udc00\ud83d", false),
                ("a\0b", "a\0b", true),
            ])
        {
            foreach (string padding in (string[])["", new string('p', 40)])
            {
                map.Clear();
                map[padding + text] = 1;
                StoredBytes key = KeyOf(map.Inner);
                Assert.Equal(padding + expected, key.ToString());
                Assert.Equal(isExact, key.IsExactText);
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x80 }, @"\x80")]
    [InlineData(new byte[] { 0xE2, 0x82 }, @"\xe2\x82")]
    [InlineData(new byte[] { 0x61, 0xC0, 0x80, 0x62 }, @"a\xc0\x80b")]
    [InlineData(new byte[] { 0xED, 0xA0 }, @"\xed\xa0")]
    [InlineData(new byte[] { 0xF8, 0x88, 0x80, 0x80, 0x80 }, @"\xf8\x88\x80\x80\x80")]
    public void ToString_BytesThatAreNotUtf8_BecomeEscapes(byte[] bytes, string expected)
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[bytes] = 1;

        Assert.Equal(expected, KeyOf(map.Inner).ToString());
        Assert.False(KeyOf(map.Inner).IsExactText);
    }

    [Fact]
    public void Entries_EveryKey_IsFoundInTheFormInWhichItIsShown()
    {
        (int code, string text) = SpecimenProcess.Run("entries", target.Core, "articles");
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

        Assert.Equal((ExitCode.Ok, 53), (code, lines.Length));
        foreach (string line in lines.Where(static line => !line.StartsWith("articles", StringComparison.Ordinal)))
        {
            string key = line.Split(" → ")[0];
            Assert.Equal(line, SpecimenProcess.Run("entries", target.Core, "articles", "--key", key).Text.TrimEnd());
        }
    }

    [Fact]
    public void Entries_Json_HasTheBytesOfKeysThatAreNoUtf8()
    {
        JsonElement[] entries =
        [
            .. SpecimenProcess.Run("entries", target.Core, "articles", "--json").Text.Split(
                '\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => JsonDocument.Parse(line).RootElement),
        ];
        Assert.Equal(
            (string[])[@"lone \ud83d surrogate", @"not UTF-8: \xff!"],
            entries.Where(static entry => entry.TryGetProperty("keyBytes", out _))
                .Select(static entry => entry.GetProperty("key").GetString()!)
                .Order(StringComparer.Ordinal));
        Assert.Contains(
            entries, static entry => entry.TryGetProperty("keyBytes", out JsonElement bytes)
                && bytes.GetString() == "6e6f74205554462d383a20ff21");
        Assert.Contains(
            entries, static entry => entry.GetProperty("key").GetString() == PlannedTarget.HostileName);
    }

    [Fact]
    public void Entries_RecordThatCannotBeRead_IsReported()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { Name = "cut", ShardCount = 1 });
        map["a key whose bytes are in a record"] = 1;
        map["short"] = 2;
        SnapshotMemory memory = SnapshotMemory.Of(map.Inner, out ulong address);
        unsafe
        {
            memory.Remove((ulong)memory.Get<RecordHeap>((ulong)memory.Get<MapHeader>(address).RecordHeaps).Segments);
        }

        string core = Path.Combine(target.Folder, "cut.core");
        CoreFile.Write(core, memory, DateTime.UnixEpoch);
        (int code, string text) = SpecimenProcess.Run("entries", core, "cut");

        Assert.Equal(ExitCode.Inconsistent, code);
        Assert.Contains("(unreadable: 33 bytes) → 1", text, StringComparison.Ordinal);
        Assert.Contains("short → 2", text, StringComparison.Ordinal);
        Assert.Contains(
            "\"keyBytes\":null", SpecimenProcess.Run("entries", core, "cut", "--json").Text, StringComparison.Ordinal);
        Assert.Equal(
            "short → 2",
            SpecimenProcess.Run("entries", core, "cut", "--where", "key != 'x'").Text.Trim());
    }

    [Fact]
    public void Entries_ValuesOfAnyLength_AreShownAndCompared()
    {
        using BlobShardMap map = new(new ShardMapOptions { Name = "blobs", ShardCount = 1 });
        map.Set("short", "a value"u8);
        map.Set("empty", default);
        map.Set(new string('k', 40), new byte[40_000]);
        map.Set("large", new byte[StoredBytes.MaxBytes + 1]);
        string core = Path.Combine(target.Folder, "blobs.core");
        CoreFile.Write(core, SnapshotMemory.Of(map.Inner, out _), DateTime.UnixEpoch);

        Assert.Equal(
            "short → 612076616c7565",
            SpecimenProcess.Run("entries", core, "blobs", "--where", "value.Text startswith 'a v'").Text.Trim());
        Assert.Equal(
            "short → 612076616c7565",
            SpecimenProcess.Run("entries", core, "blobs", "--where", "value contains 7661").Text.Trim());
        Assert.Equal(
            "large → (1048577 bytes)",
            SpecimenProcess.Run("entries", core, "blobs", "--where", "value.Length > 100000").Text.Trim());
        Assert.Equal("empty →", SpecimenProcess.Run("entries", core, "blobs", "--key", "empty").Text.Trim());
        Assert.Equal(ExitCode.Ok, SpecimenProcess.Run("check", core).Code);
        JsonElement list = SpecimenProcess.RunJson("list", core)[0];
        Assert.Equal("BlobShardMap", list.GetProperty("Type").GetString());
        Assert.Equal(map.GetStatistics().RecordBytesHeld, list.GetProperty("RecordBytes").GetInt64());
    }

    private static bool Accepts(ShardMap<RecordKey, int, Records.RecordKeyHasher> map, string condition)
    {
        NativeMap native = Read(map);
        StoredBytesDecoder keys = StoredBytesDecoder.ForKeys(native)!;
        EntryFilter filter = EntryFilter.Parse(condition);
        filter.Bind(keys, FieldDecoder.For(typeof(int).ToString(), sizeof(int), runtime: null));
        return filter.Accepts(KeyOf(map), 7);
    }

    private static StoredBytes KeyOf(ShardMap<RecordKey, int, Records.RecordKeyHasher> map)
    {
        NativeMap native = Read(map);
        StoredBytes? found = null;
        EntryStream.Walk(
            native,
            (key, _) =>
            {
                found = StoredBytes.Read(native, key);
                return true;
            },
            static _ => { });
        return found ?? throw new InvalidOperationException("The map is empty.");
    }

    private static NativeMap Read(ShardMap<RecordKey, int, Records.RecordKeyHasher> map) =>
        NativeMap.TryRead(SnapshotMemory.Of(map, out ulong address), address, out _)!;
}
