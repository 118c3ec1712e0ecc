using System.Globalization;
using System.Text;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Records;

/// <summary>Values whose records end at an inaccessible page: an access past a record ends the process.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class BlobGuardPagesTests : IDisposable
{
    private static readonly int[] s_largeLengths = [40_928, 65_504, 1024 * 1024 - LargeRecord.HeadBytes];

    private readonly GuardPagesScope _guardPages = new();
    private readonly BlobShardMap _map;
    private readonly List<(string Key, byte[] Value)> _entries = [];
    private readonly List<string> _fillers = [];
    private readonly GuardedEnd _key = new(100);
    private readonly GuardedEnd _value = new(1024 * 1024);
    private readonly GuardedEnd _destination = new(1024 * 1024);
    private readonly GuardedWriter _writer = new(8 * 1024 * 1024);

    public BlobGuardPagesTests()
    {
        _map = new BlobShardMap(new ShardMapOptions { ShardCount = 1 });
        EdgeRecords edge = new(_map.Inner.Shards.Header->RecordHeaps, AddFiller);
        foreach (int length in EdgeRecords.Lengths.Append(8).Append(15))
        {
            Place(edge, "k", length, length, isLarge: false);
            if (length > LongKey(0).Length + 16)
            {
                Place(edge, LongKey(length), length, length - AlignedKeyBytes(), isLarge: false);
            }
        }

        foreach (int length in s_largeLengths)
        {
            Place(edge, "k", length, length, isLarge: true);
            Place(edge, LongKey(length), length, length - AlignedKeyBytes(), isLarge: true);
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
        foreach ((string key, byte[] value) in _entries)
        {
            AssertFound(_map, key, value);
            Assert.False(_map.TryGetValue(key, _destination.Last(value.Length - 1), out int length));
            Assert.Equal(value.Length, length);
        }

        Assert.Empty(_map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Misses_OfSimilarKeys_StayInTheRecord()
    {
        foreach ((string key, _) in _entries)
        {
            foreach (string other in new[] { key + 'x', key[..^1], key[..^1] + '!' })
            {
                Assert.False(_map.ContainsKey(other));
                Assert.False(_map.TryGetValue(_key.Put(Encoding.UTF8.GetBytes(other)), _writer));
                Assert.False(_map.TryRemove(other));
            }
        }
    }

    [Fact]
    public void Update_ByContent_StaysInTheRecord()
    {
        foreach ((string key, byte[] value) in _entries)
        {
            byte[] last = [.. value];
            last[^1]++;
            Assert.False(_map.TryUpdate(key, _destination.Put(value), _value.Put(last)));
            Assert.False(_map.TryUpdate(key, _destination.Put(value), _value.Put(value.AsSpan(1))));
            Assert.False(_map.TryUpdate(key, _destination.Put(value), _value.Put([.. value, 0])));
            Assert.True(_map.TryUpdate(key, _destination.Put(last), _value.Put(value)));
            AssertFound(_map, key, last);
            Assert.True(_map.TryUpdate(key, _destination.Put(value), _value.Put(last)));
            Assert.True(_map.TryGetValue(key, _destination.Last(value.Length), out _, out long version));
            Assert.True(_map.TryUpdate(key, _destination.Put(last), version));
        }
    }

    [Fact]
    public void Writes_OfPresentKeys_StayInTheRecord()
    {
        foreach ((string key, byte[] value) in _entries)
        {
            Assert.False(_map.TryAdd(key, _value.Put(value)));
            Assert.True(_map.GetOrAdd(key, [], _destination.Last(value.Length), out int length));
            Assert.Equal(value.Length, length);
            _map.Set(key, _value.Put(value));
            AssertFound(_map, key, value);
        }
    }

    [Fact]
    public void Batch_OfAllKeys_StaysInTheRecords()
    {
        string[] keys = [.. _entries.Select(static entry => entry.Key)];
        int[] lengths = new int[keys.Length];
        Assert.Equal(keys.Length, _map.TryGetValues(keys, _writer, lengths));
        Assert.True(_writer.Written.SequenceEqual(_entries.SelectMany(static entry => entry.Value).ToArray()));
        Assert.Equal(_entries.Select(static entry => entry.Value.Length), lengths);
        Assert.Equal(keys.Length, _map.TryRemoveRange(keys));
    }

    [Fact]
    public void Enumeration_OfAllEntries_StaysInTheRecords()
    {
        Dictionary<string, byte[]> seen = new(StringComparer.Ordinal);
        foreach (BlobEntry entry in _map)
        {
            seen.Add(entry.KeyToString(), _destination.Put(entry.Value).ToArray());
        }

        AssertAll(seen);
        using BlobShardMapExclusive exclusive = _map.EnterExclusive();
        AssertAll(exclusive.ToArray().ToDictionary(StringComparer.Ordinal));
        foreach ((string key, byte[] value) in _entries)
        {
            Assert.True(exclusive.TryGetValue(key, out ReadOnlySpan<byte> stored));
            Assert.True(_destination.Put(stored).SequenceEqual(value));
        }

        int[] lengths = new int[_entries.Count];
        string[] keys = [.. _entries.Select(static entry => entry.Key)];
        Assert.Equal(keys.Length, exclusive.TryGetValues(keys, _writer, lengths));
        Assert.True(_writer.Written.SequenceEqual(_entries.SelectMany(static entry => entry.Value).ToArray()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshot_OfAllEntries_StaysInTheRecords(bool copyNow)
    {
        using BlobSnapshot snapshot = _map.Snapshot(copyNow);
        Dictionary<string, byte[]> seen = new(StringComparer.Ordinal);
        foreach ((string key, byte[] value) in _entries)
        {
            Assert.True(_map.TryRemove(key));
            Assert.True(snapshot.TryGetValue(key, out ReadOnlySpan<byte> stored));
            Assert.True(_destination.Put(stored).SequenceEqual(value));
        }

        foreach (BlobEntry entry in snapshot)
        {
            seen.Add(entry.KeyToString(), _destination.Put(entry.Value).ToArray());
        }

        AssertAll(seen);
    }

    [Fact]
    public void Copies_OfAllEntries_StayInTheRecords()
    {
        using BlobShardMap clone = _map.Clone(new ShardMapOptions { ShardCount = 2 });
        using BlobShardMap copy = new(new ShardMapOptions { ShardCount = 1 });
        Assert.Equal(_map.Count, _map.CopyTo(copy));
        copy.MergeFrom(_map, static (_, old, added, output) =>
        {
            Assert.True(old.SequenceEqual(added));
            added.CopyTo(output.GetSpan(added.Length));
            output.Advance(added.Length);
        });
        using MemoryStream file = new();
        _map.Save(file);
        file.Position = 0;
        using BlobShardMap loaded = BlobShardMap.Load(file);
        foreach (BlobShardMap other in new[] { clone, copy, loaded })
        {
            Assert.Equal(_map.Count, other.Count);
            foreach ((string key, byte[] value) in _entries)
            {
                AssertFound(other, key, value);
            }
        }
    }

    [Fact]
    public void Compaction_OfAllRecords_StaysInTheRecords()
    {
        long held = _map.GetStatistics().RecordBytesHeld;
        Assert.All(_fillers, key => Assert.True(_map.TryRemove(key)));
        _map.TrimExcess();
        Assert.InRange(_map.GetStatistics().RecordBytesHeld, 1, held - (1024 * 1024));
        Assert.Empty(_map.Inner.Shards.FindViolations());
        foreach ((string key, byte[] value) in _entries)
        {
            AssertFound(_map, key, value);
        }
    }

    [Fact]
    public void Removal_OfAllEntries_StaysInTheRecords()
    {
        foreach ((string key, byte[] value) in _entries)
        {
            Assert.True(_map.TryRemove(key, _destination.Last(value.Length), out int length));
            Assert.True(_destination.Last(length).SequenceEqual(value));
            Assert.True(_map.TryAdd(key, _value.Put(value))); // takes the free record, or the free block
            AssertFound(_map, key, value);
            Assert.True(_map.TryGetValue(key, _destination.Last(value.Length), out _, out long version));
            Assert.True(_map.TryRemove(key, version));
        }

        Assert.Equal(_fillers.Count, _map.Count);
    }

    private static string LongKey(int number) => string.Create(CultureInfo.InvariantCulture, $"a key of {number:D11}");

    private static int AlignedKeyBytes() => (LongKey(0).Length + 7) & -8;

    private void Place(EdgeRecords edge, string key, int recordBytes, int valueBytes, bool isLarge)
    {
        if (key.Length == 1)
        {
            key += recordBytes.ToString(CultureInfo.InvariantCulture);
        }

        byte[] value = BlobBytes.Create(_entries.Count, valueBytes);
        void Add() => Assert.True(_map.TryAdd(key, value));
        ReadOnlySpan<byte> record = isLarge ? edge.PlaceLarge(recordBytes, Add) : edge.Place(recordBytes, Add);
        Assert.True(record[^valueBytes..].SequenceEqual(value));
        _entries.Add((key, value));
    }

    private void AddFiller(int length)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"f{_fillers.Count}");
        Assert.True(_map.TryAdd(key, new byte[length]));
        _fillers.Add(key);
    }

    private void AssertFound(BlobShardMap map, string key, byte[] value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(key);
        Assert.True(map.TryGetValue(key, _destination.Last(value.Length), out int length));
        Assert.True(_destination.Last(length).SequenceEqual(value));
        Assert.True(map.TryGetValue(_key.Put(key), _destination.Last(value.Length), out _));
        Assert.True(map.TryGetValue(_key.Put(utf8), _destination.Last(value.Length), out _));
        _writer.Clear();
        Assert.True(map.TryGetValue(_key.Put(utf8), _writer));
        Assert.True(_writer.Written.SequenceEqual(value));
        Assert.True(map.TryGetLength(key, out length));
        Assert.Equal(value.Length, length);
    }

    private void AssertAll(Dictionary<string, byte[]> seen)
    {
        Assert.Equal(_entries.Count + _fillers.Count, seen.Count);
        Assert.All(_entries, entry => Assert.True(seen[entry.Key].AsSpan().SequenceEqual(entry.Value)));
    }
}
