using System.Globalization;
using System.Text;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Records;

/// <summary>Keys whose records end at an inaccessible page: an access past a record ends the process.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class RecordGuardPagesTests : IDisposable
{
    private readonly GuardPagesScope _guardPages = new();
    private readonly TextShardMap<long> _map;
    private readonly List<string> _keys = [];
    private readonly List<string> _fillers = [];
    private readonly GuardedEnd _caller = new(100_000);

    public RecordGuardPagesTests()
    {
        _map = new TextShardMap<long>(new ShardMapOptions { ShardCount = 1 });
        EdgeRecords edge = new(_map.Inner.Shards.Header->RecordHeaps, AddFiller);
        foreach (int length in EdgeRecords.Lengths)
        {
            Place(edge, Ascii(length));
            Place(edge, TwoByte(length));
        }

        edge.AssertAllAreThere();
    }

    public void Dispose()
    {
        _map.Dispose();
        _guardPages.Dispose();
    }

    [Fact]
    public void Lookups_OfEveryForm_StayInTheRecord()
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            AssertFound(_map, _keys[i], i);
        }

        Assert.Empty(_map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Misses_OfSimilarKeys_StayInTheRecord()
    {
        foreach (string key in _keys)
        {
            foreach (string other in Similar(key))
            {
                byte[] utf8 = Encoding.UTF8.GetBytes(other);
                Assert.False(_map.TryGetValue(other, out _));
                Assert.False(_map.TryGetValue(_caller.Put(other), out _));
                Assert.False(_map.TryGetValue(_caller.Put(utf8), out _));
                Assert.False(_map.TryRemove(other, out _));
                Assert.False(_map.TryUpdate(utf8, 1, 0));
            }
        }
    }

    [Fact]
    public void Writes_OfPresentKeys_StayInTheRecord()
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            string key = _keys[i];
            byte[] utf8 = Encoding.UTF8.GetBytes(key);
            Assert.False(_map.TryAdd(key, -1));
            Assert.False(_map.TryAdd(_caller.Put(utf8), -1));
            Assert.Equal(i, _map.GetOrAdd(key, static _ => -1));
            Assert.True(_map.TryUpdate(_caller.Put(key), 500, i));
            Assert.Equal(501, _map.AddOrUpdate(key, 0, static (_, value) => value + 1));
            Assert.True(_map.TryExchange(utf8, 600, out long old));
            Assert.Equal(501, old);
            _map[key] = 700;
            Assert.True(_map.TryUpdate(key, static (ref long value, long now) => value = now, (long)i));
            Assert.Equal(i, _map[key]);
            Assert.False(_map.TryRemove(key, -1));
        }
    }

    [Fact]
    public void Batches_OfAllKeys_StayInTheRecords()
    {
        string[] keys = [.. _keys, .. _keys.SelectMany(Similar)];
        ReadOnlyMemory<byte>[] utf8 = InGuardedMemory(keys);
        long[] values = new long[keys.Length];
        bool[] found = new bool[keys.Length];
        Assert.Equal(_keys.Count, _map.TryGetValues(keys, values, found));
        Assert.Equal(_keys.Count, _map.TryGetValues(utf8, values, found));
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(i < _keys.Count, found[i]);
            Assert.Equal(i < _keys.Count ? i : 0, values[i]);
        }

        _map.SetRange(utf8.AsSpan(0, _keys.Count), values.AsSpan(0, _keys.Count));
        Assert.Equal(keys.Length - _keys.Count, _map.TryAddRange(utf8, values));
        Assert.Equal(keys.Length, _map.TryRemoveRange(utf8));
        Assert.Equal(_fillers.Count, _map.Count);
    }

    [Fact]
    public void Enumeration_OfAllKeys_StaysInTheRecords()
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (TextEntry<long> entry in _map)
        {
            AssertEntry(entry, seen);
        }

        Assert.Equal(_map.Count, seen.Count);
        Assert.Equal(_map.Count, _map.ToDictionary().Count);
        Assert.Equal(_map.Count, _map.Keys.Count());
        using TextShardMapExclusive<long> exclusive = _map.EnterExclusive();
        Assert.Equal(_map.Count, exclusive.ToArray().Length);
        for (int i = 0; i < _keys.Count; i++)
        {
            Assert.Equal(i, exclusive[_keys[i]]);
            Assert.Equal(i, exclusive[_caller.Put(Encoding.UTF8.GetBytes(_keys[i]))]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshot_OfAllKeys_StaysInTheRecords(bool copyNow)
    {
        using TextSnapshot<long> snapshot = _map.Snapshot(copyNow);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < _keys.Count; i++)
        {
            Assert.True(_map.TryRemove(_keys[i], out _));
            Assert.Equal(i, snapshot[_keys[i]]);
            Assert.Equal(i, snapshot[_caller.Put(_keys[i])]);
            Assert.Equal(i, snapshot[_caller.Put(Encoding.UTF8.GetBytes(_keys[i]))]);
            Assert.All(Similar(_keys[i]), key => Assert.False(snapshot.ContainsKey(key)));
        }

        foreach (TextEntry<long> entry in snapshot)
        {
            AssertEntry(entry, seen);
        }

        Assert.Equal(_keys.Count + _fillers.Count, seen.Count);
        Assert.Equal(seen.Count, snapshot.ToArray().Length);
    }

    [Fact]
    public void Copies_OfAllKeys_StayInTheRecords()
    {
        using TextShardMap<long> clone = _map.Clone(new ShardMapOptions { ShardCount = 2 });
        using TextShardMap<long> copy = new(new ShardMapOptions { ShardCount = 1 });
        Assert.Equal(_map.Count, _map.CopyTo(copy));
        copy.MergeFrom(_map, static (_, old, added) => old == added ? old : -1);
        using MemoryStream file = new();
        _map.Save(file);
        file.Position = 0;
        using TextShardMap<long> loaded = TextShardMap<long>.Load(file);
        foreach (TextShardMap<long> other in new[] { clone, copy, loaded })
        {
            Assert.Equal(_map.Count, other.Count);
            for (int i = 0; i < _keys.Count; i++)
            {
                AssertFound(other, _keys[i], i);
            }
        }
    }

    [Fact]
    public void Compaction_OfAllRecords_StaysInTheRecords()
    {
        long held = _map.GetStatistics().RecordBytesHeld;
        RemoveFillers();
        _map.TrimExcess();
        Assert.InRange(_map.GetStatistics().RecordBytesHeld, 1, held / 2); // all records have been moved
        Assert.Empty(_map.Inner.Shards.FindViolations());
        for (int i = 0; i < _keys.Count; i++)
        {
            AssertFound(_map, _keys[i], i);
        }
    }

    [Fact]
    public void Removal_OfAllKeys_StaysInTheRecords()
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            Assert.True(_map.TryRemove(_caller.Put(Encoding.UTF8.GetBytes(_keys[i])), out long value));
            Assert.Equal(i, value);
            Assert.False(_map.ContainsKey(_keys[i]));
            _map.Add(_keys[i], i); // takes the free record
            AssertFound(_map, _keys[i], i);
            Assert.True(_map.TryRemove(_keys[i], i));
        }

        RemoveFillers();
        Assert.Equal(0, _map.Count);
        Assert.Equal(0, _map.GetStatistics().RecordBytesLive);
    }

    [Fact]
    public void BytesMap_KeysOfRecordsAtTheEnd_StaysInTheRecords()
    {
        using BytesShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        int fillers = 0;
        EdgeRecords edge = new(
            map.Inner.Shards.Header->RecordHeaps,
            length => map.Add(Encoding.UTF8.GetBytes(Filler(fillers++, length)), -1));
        foreach (int length in EdgeRecords.Lengths)
        {
            byte[] key = BlobBytes.Create(length, length);
            Assert.True(edge.Place(length, () => map.Add(key, length)).SequenceEqual(key));
        }

        edge.AssertAllAreThere();

        using BytesSnapshot<long> snapshot = map.Snapshot();
        using BytesShardMap<long> clone = map.Clone();
        Assert.Equal(map.Count, map.ToArray().Length);
        foreach (int length in EdgeRecords.Lengths)
        {
            byte[] key = BlobBytes.Create(length, length);
            Assert.Equal(length, map[_caller.Put(key)]);
            Assert.Equal(length, snapshot[_caller.Put(key)]);
            Assert.Equal(length, clone[_caller.Put(key)]);
            Assert.True(map.TryRemove(key, out _));
            key[^1]++;
            Assert.False(map.ContainsKey(_caller.Put(key)));
            Assert.False(snapshot.ContainsKey(_caller.Put(key)));
        }

        Assert.Equal(fillers, map.Count);
    }

    /// <summary>Keys that differ in the last byte, or have a byte more or less.</summary>
    private static IEnumerable<string> Similar(string key)
    {
        yield return key[..^1] + (char.IsAscii(key[^1]) ? '!' : 'ö');
        if (Encoding.UTF8.GetByteCount(key) < 32_766)
        {
            yield return key + 'x';
        }

        yield return char.IsAscii(key[^1]) ? key[..^1] : key[..^1] + 'x';
    }

    private static string Ascii(int length) =>
        string.Create(length, length, static (text, length) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (char)('a' + ((length + (i * 7)) % 26));
            }
        });

    // The length at the start makes all keys differ in more than their ends.
    private static string TwoByte(int length) =>
        string.Create(CultureInfo.InvariantCulture, $"{length:D6}")
        + new string('ß', (length - 6) / 2)
        + (length % 2 == 0 ? "" : "z");

    private static string Filler(int number, int length) =>
        string.Create(CultureInfo.InvariantCulture, $"F{number:D7}").PadRight(length, '.');

    private static ReadOnlyMemory<byte>[] InGuardedMemory(string[] keys) =>
        Array.ConvertAll(keys, static key =>
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(key);
            return (ReadOnlyMemory<byte>)new GuardedEnd(utf8.Length).PutMemory(utf8);
        });

    private void AssertFound(TextShardMap<long> map, string key, long expected)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(key);
        Assert.Equal(expected, map[key]);
        Assert.Equal(expected, map[_caller.Put(key)]);
        Assert.Equal(expected, map[_caller.Put(utf8)]);
        Assert.True(map.ContainsKey(key));
        map.Prefetch(key);
    }

    private void AssertEntry(TextEntry<long> entry, HashSet<string> seen)
    {
        string key = entry.KeyToString();
        Assert.True(seen.Add(key));
        Assert.True(entry.Utf8Key.SequenceEqual(Encoding.UTF8.GetBytes(key)));
        Span<char> text = _caller.LastChars(key.Length);
        Assert.Equal(key.Length, entry.CopyKeyTo(text));
        Assert.True(text.SequenceEqual(key));
        Assert.Equal(entry.Value, _keys.IndexOf(key));
    }

    private void Place(EdgeRecords edge, string key)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(key);
        ReadOnlySpan<byte> record = edge.Place(utf8.Length, () => _map.Add(key, _keys.Count));
        Assert.True(record.SequenceEqual(utf8));
        _keys.Add(key);
    }

    private void AddFiller(int length)
    {
        string key = Filler(_fillers.Count, length);
        _map.Add(key, -1);
        _fillers.Add(key);
    }

    private void RemoveFillers() => Assert.All(_fillers, key => Assert.True(_map.TryRemove(key, out _)));
}
