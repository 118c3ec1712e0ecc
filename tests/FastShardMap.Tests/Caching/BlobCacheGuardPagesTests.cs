using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;
using FastShardMap.Sharding;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Records;

namespace FastShardMap.Tests.Caching;

/// <summary>Cached values whose records end at an inaccessible page: an access past a record ends the process.
/// </summary>
[Collection(SerialTests.Name)]
public sealed unsafe class BlobCacheGuardPagesTests : IDisposable
{
    private const int MiB = 1024 * 1024;
    private const int LargeBytes = MiB - LargeRecord.HeadBytes;

    private readonly GuardPagesScope _guardPages = new();
    private readonly BlobShardCache _cache;
    private readonly List<(string Key, byte[] Value)> _entries = [];
    private readonly GuardedEnd _key = new(100);
    private readonly GuardedEnd _value = new(MiB);
    private readonly GuardedEnd _destination = new(MiB);
    private readonly GuardedWriter _writer = new(MiB);
    private int _fillers;

    public BlobCacheGuardPagesTests()
    {
        _cache = new BlobShardCache(
            new ShardCacheOptions { MaxBytes = 64 * MiB, ShardCount = 1, PendingRemovals = 10_000 });
        RecordHeap* heap = Shard<RecordKey, CacheEntry<BlobRef>, RecordKeyHasher>.HeapOf(
            Fields<RecordKey, BlobRef, RecordKeyHasher>.ShardsOf(_cache.Inner).ShardAt(0).Side);
        EdgeRecords edge = new(heap, AddFiller);
        foreach (int length in EdgeRecords.Lengths)
        {
            edge.Place(length, () => Add(string.Create(CultureInfo.InvariantCulture, $"k{length}"), length));
            if (length > 48)
            {
                edge.Place(length, () => Add(LongKey(length), length - 24));
            }
        }

        edge.PlaceLarge(LargeBytes, () => Add("large", LargeBytes));
        edge.PlaceLarge(LargeBytes, () => Add(LongKey(LargeBytes), LargeBytes - 24));
        edge.AssertAllAreThere();
    }

    public void Dispose()
    {
        _cache.Dispose();
        _guardPages.Dispose();
    }

    [Fact]
    public void Lookups_OfEveryForm_StayInTheRecord()
    {
        foreach ((string key, byte[] value) in _entries)
        {
            AssertFound(_cache, key, value);
            Assert.False(_cache.TryGetValue(key, _destination.Last(value.Length - 1), out _));
            foreach (string other in new[] { key + 'x', key[..^1] + '!' })
            {
                Assert.False(_cache.TryGetValue(_key.Put(other), _writer));
            }
        }

        Assert.Empty(_cache.Inner.FindViolations());
    }

    [Fact]
    public void Update_ByContent_StaysInTheRecord()
    {
        foreach ((string key, byte[] value) in _entries)
        {
            byte[] last = [.. value];
            last[^1]++;
            Assert.False(_cache.TryUpdate(key, _destination.Put(value), _value.Put(last)));
            Assert.False(_cache.TryUpdate(key, _destination.Put(value), _value.Put(value.AsSpan(1))));
            Assert.True(_cache.TryUpdate(key, _destination.Put(last), _value.Put(value)));
            AssertFound(_cache, key, last);
            Assert.False(_cache.TryAdd(key, _value.Put(value)));
            Assert.True(_cache.Set(key, _value.Put(value)));
            AssertFound(_cache, key, value);
        }
    }

    [Fact]
    public void Save_OfAllEntries_StaysInTheRecords()
    {
        using MemoryStream file = new();
        _cache.Save(file);
        file.Position = 0;
        using BlobShardCache loaded = BlobShardCache.Load(
            file, new ShardCacheOptions { MaxBytes = 64 * MiB, ShardCount = 1 });
        Assert.Equal(_cache.Count, loaded.Count);
        foreach ((string key, byte[] value) in _entries)
        {
            AssertFound(loaded, key, value);
        }
    }

    [Fact]
    public void Removal_OfAllEntries_StaysInTheRecords()
    {
        for (int i = 0; i < _entries.Count; i++)
        {
            (string key, byte[] value) = _entries[i];
            if (i % 2 == 0)
            {
                Assert.True(_cache.TryRemove(key, _destination.Last(value.Length), out _));
                Assert.True(_destination.Last(value.Length).SequenceEqual(value));
            }
        }

        _cache.Trim(_cache.Count); // the other half, with a notice of each
        Assert.Equal(0, _cache.Count);
        Dictionary<string, byte[]> removed = new(StringComparer.Ordinal);
        while (_cache.Removals!.TryRead(out BlobShardCacheRemoval removal))
        {
            removed[removal.KeyToString()] = removal.Value.ToArray();
        }

        Assert.All(_entries, entry => Assert.True(removed[entry.Key].AsSpan().SequenceEqual(entry.Value)));
    }

    // The record of such a key has its value from byte 24 on.
    private static string LongKey(int number) => string.Create(CultureInfo.InvariantCulture, $"a key of {number:D11}");

    private void Add(string key, int length)
    {
        byte[] value = BlobBytes.Create(_entries.Count, length);
        Assert.True(_cache.TryAdd(key, value));
        _entries.Add((key, value));
    }

    private void AddFiller(int length) => Assert.True(
        _cache.TryAdd(string.Create(CultureInfo.InvariantCulture, $"f{_fillers++}"), new byte[length]));

    private void AssertFound(BlobShardCache cache, string key, byte[] value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(key);
        Assert.True(cache.TryGetValue(_key.Put(key), _destination.Last(value.Length), out int length));
        Assert.True(_destination.Last(length).SequenceEqual(value));
        Assert.True(cache.TryPeek(_key.Put(utf8), _destination.Last(value.Length), out _));
        _writer.Clear();
        Assert.True(cache.TryGetValue(key, _writer));
        Assert.True(_writer.Written.SequenceEqual(value));
    }

    // The accessor of a field of a generic type has to be generic itself.
    private static class Fields<TKey, TValue, THasher>
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey>
    {
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_shards")]
        public static extern ref ShardSet<TKey, CacheEntry<TValue>, THasher> ShardsOf(
            ShardCache<TKey, TValue, THasher> cache);
    }
}
