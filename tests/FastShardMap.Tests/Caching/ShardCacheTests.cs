using FastShardMap.Tests.Support;
using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>What each member of a cache does, and what it refuses.</summary>
public sealed class ShardCacheTests
{
    [Fact]
    public void Members_PresentAndAbsentKeys_DoWhatTheySay()
    {
        using Cache cache = Create(100);

        cache.Set(1, 10);
        Assert.True(cache.TryGetValue(1, out long value) && value == 10);
        cache.Set(1, 11);
        Assert.True(cache.TryPeek(1, out value) && value == 11);
        Assert.False(cache.TryAdd(1, 12));
        Assert.True(cache.TryAdd(2, 20));
        Assert.Equal(20, cache.GetOrAdd(2, 21));
        Assert.Equal(30, cache.GetOrAdd(3, 30));
        Assert.Equal(40, cache.GetOrAdd(4, static key => key * 10));
        Assert.Equal(50, cache.GetOrAdd(5, static (key, factor) => key * factor, 10));
        Assert.Equal(50, cache.GetOrAdd(5, static _ => throw new InvalidOperationException("The key is present.")));
        Assert.False(cache.TryUpdate(5, 51, comparisonValue: 52));
        Assert.True(cache.TryUpdate(5, 51, comparisonValue: 50));
        Assert.True(cache.TryUpdate(5, static (ref long v, long add) => v += add, 4));
        Assert.False(cache.TryUpdate(6, static (ref long v, long add) => v += add, 4));
        Assert.True(cache.TryGetValue(5, out value, out TimeSpan remaining));
        Assert.Equal((55, Timeout.InfiniteTimeSpan), (value, remaining));
        Assert.False(cache.TryRemove(new KeyValuePair<long, long>(5, 54)));
        Assert.True(cache.TryRemove(new KeyValuePair<long, long>(5, 55)));
        Assert.True(cache.TryRemove(4, out value) && value == 40);
        Assert.False(cache.TryRemove(4, out value) || value != 0);
        Assert.Equal(3, cache.Count);
        Assert.Equal(
            [new(1, 11), new(2, 20), new KeyValuePair<long, long>(3, 30)],
            cache.OrderBy(static entry => entry.Key));
        cache.Clear();
        Assert.Equal(0, cache.Count);
        Assert.Empty(cache);
        Assert.False(cache.TryGetValue(1, out value, out remaining));
        Assert.Equal((0, TimeSpan.Zero), (value, remaining));
        Assert.Equal("ShardCache<Int64, Int64>: 0 of 100 entries", cache.ToString());
    }

    [Fact]
    public void Statistics_RequestsCounted_AreThoseOfTheCalls()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 10, CountRequests = true });
        for (long key = 0; key < 4; key++)
        {
            cache.Set(key, key);
            cache.Set(key, key);
            cache.TryGetValue(key, out _);
            cache.TryGetValue(key + 100, out _);
            cache.TryPeek(key, out _);
        }

        cache.TryRemove(3, out _);
        Parallel.For(0, 64, round => Assert.True(cache.TryGetValue(round % 3, out _)));
        ShardCacheStatistics statistics = cache.GetStatistics();

        Assert.Equal((68, 4, 4, 4, 1), (
            statistics.Hits, statistics.Misses, statistics.Added, statistics.Replaced, statistics.Removed));
        Assert.Equal(68.0 / 72, statistics.HitRatio);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Limits_ZeroOrNegative_AreRefusedByName(long limit)
    {
        ShardCacheOptions options = new();

        Assert.Equal(
            nameof(ShardCacheOptions.MaxEntries),
            Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxEntries = limit).ParamName);
        Assert.Equal(
            nameof(ShardCacheOptions.MaxBytes),
            Assert.Throws<ArgumentOutOfRangeException>(() => options.MaxBytes = limit).ParamName);
        Assert.Equal("options", Assert.Throws<ArgumentException>(() => new Cache(options)).ParamName);
        Assert.Equal("options", Assert.Throws<ArgumentNullException>(() => new Cache(null!)).ParamName);
    }

    [Fact]
    public void Limits_PastMemory_AreOutOfMemoryAndNameTheLimit()
    {
        foreach (long limit in (long[])[1L << 36, 1L << 45, long.MaxValue])
        {
            OutOfMemoryException exception = Assert.Throws<OutOfMemoryException>(() => Create(limit));
            Assert.Contains("exceeds", exception.Message, StringComparison.Ordinal);
            Assert.Throws<OutOfMemoryException>(() => new Cache(new ShardCacheOptions { MaxBytes = limit }));
        }
    }

    [Fact]
    public void MaxBytes_AnyValue_IsNeverExceededAndUsedWell()
    {
        Assert.Equal(
            "options",
            Assert.Throws<ArgumentException>(() => new Cache(new ShardCacheOptions { MaxBytes = 1000 })).ParamName);
        for (long bytes = 3000; bytes < 100_000_000; bytes = (bytes * 7 / 3) + 123)
        {
            using Cache cache = new(new ShardCacheOptions { MaxBytes = bytes });
            Assert.True(cache.BytesAllocated <= bytes, $"{bytes}: {cache.BytesAllocated}");
            Assert.True(
                bytes < 100_000 || cache.BytesAllocated > bytes * 4 / 5,
                $"{bytes}: {cache.MaxEntries} entries in {cache.BytesAllocated} bytes");
            for (long key = 0; key < Math.Min(cache.MaxEntries * 2, 10_000); key++)
            {
                cache.Set(key, key);
            }

            Assert.True(cache.Count <= cache.MaxEntries);
            ShardCacheStatistics statistics = cache.GetStatistics();
            Assert.Equal(0, statistics.EvictedForEntries);
            Assert.Equal(statistics.Added - statistics.Count, statistics.EvictedForBytes);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 64)]
    [InlineData(5, 4)]
    [InlineData(100, 4096)]
    [InlineData(1023, 16)]
    [InlineData(100_000, 0)]
    public void Count_MoreKeysThanTheLimit_EndsAtTheLimit(long limit, int shards)
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = limit, ShardCount = shards });
        for (long key = 0; key < limit * 8; key++)
        {
            cache.Set(key, key);
            Assert.True(cache.Count <= limit);
        }

        // Each shard has met its own limit by now, unless it got far fewer keys than the others.
        Assert.InRange(cache.Count, limit - (limit / 16), limit);
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void Trim_Negative_IsRefusedByName()
    {
        using Cache cache = Create(10);

        Assert.Equal(
            "entries", Assert.Throws<ArgumentOutOfRangeException>(() => cache.Trim(-1)).ParamName);
    }

    [Fact]
    public void Options_ShardsOutOfRange_AreRefusedByName()
    {
        ShardCacheOptions options = new();

        Assert.Equal("ShardCount", Assert.Throws<ArgumentOutOfRangeException>(() => options.ShardCount = -1).ParamName);
        Assert.Equal(
            "ShardCount", Assert.Throws<ArgumentOutOfRangeException>(() => options.ShardCount = 4097).ParamName);
    }

    [Fact]
    public void Callbacks_ThatWriteOrThrow_ChangeNothing()
    {
        using Cache cache = Create(2);
        cache.Set(1, 1);
        cache.Set(2, 2);

        Assert.Throws<InvalidOperationException>(() => cache.GetOrAdd(3, key =>
        {
            Assert.True(cache.TryGetValue(1, out _));
            cache.Set(4, 4);
            return key;
        }));
        Assert.Throws<FormatException>(() => cache.GetOrAdd(3, static _ => throw new FormatException()));
        Assert.Throws<FormatException>(
            () => cache.TryUpdate(1, static (ref long v, int _) => throw new FormatException(), 0));
        Assert.Equal([1L, 2L], cache.Select(static entry => entry.Value).Order());
        Assert.Equal(0, cache.GetStatistics().EvictedForEntries);
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void Hasher_Throws_ChangesNothing()
    {
        using ShardCache<long, long, FailingHasher> cache = new(new ShardCacheOptions { MaxEntries = 4 });
        for (long key = 0; key < 4; key++)
        {
            cache.Set(key, key);
        }

        FailingHasher.Failing = 3; // the one in the small ring, which the next insert evicts
        Assert.Throws<FormatException>(() => cache.Set(10, 10));
        Assert.Throws<FormatException>(() => cache.Trim(1));
        FailingHasher.Failing = -1;
        Assert.Equal([0L, 1L, 2L, 3L], cache.Select(static entry => entry.Key).Order());
        Assert.Empty(cache.FindViolations());
        cache.Set(10, 10);
        Assert.Equal(4, cache.Count);
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void Hasher_AllKeysAlike_KeepsTheLimitOfOneShard()
    {
        using ShardCache<ulong, long, ConstantHasher> cache =
            new(new ShardCacheOptions { MaxEntries = 400, ShardCount = 4 });
        for (ulong key = 0; key < 2000; key++)
        {
            cache.Set(key, 1);
            Assert.True(cache.TryGetValue(key, out _));
        }

        Assert.Equal(100, cache.Count);
        Assert.Empty(cache.FindViolations());
    }

    [Fact]
    public void Values_OfManySizes_ComeBackWhole()
    {
        foreach (int bytes in SizedBytes.Selection)
        {
            SizedBytes.Run(bytes, new ValuesBody());
        }
    }

    [Fact]
    public void Entries_TooLarge_AreRefused() =>
        Assert.Throws<NotSupportedException>(
            () => new ShardCache<long, Huge>(new ShardCacheOptions { MaxEntries = 1 }));

    private static Cache Create(long limit) => new(new ShardCacheOptions { MaxEntries = limit });

    [System.Runtime.CompilerServices.InlineArray(8192)]
    private struct Huge
    {
        private byte _first;
    }

    private readonly struct FailingHasher : IKeyHasher<long>
    {
        public static long Failing { get; set; } = -1;

        public ulong Hash(long key, HashSeed seed) =>
            key == Failing ? throw new FormatException() : HashMixer.Mix((ulong)key, seed);
    }

    private sealed class ValuesBody : ISizedBody
    {
        public void Run<T>()
            where T : unmanaged
        {
            using ShardCache<int, T> cache = new(new ShardCacheOptions { MaxEntries = 100 });
            for (int number = 0; number < 300; number++)
            {
                cache.Set(number, SizedBytes.Stamped<T>((byte)number), TimeSpan.FromDays(1));
                Assert.True(cache.TryGetValue(number, out T value));
                Assert.True(SizedBytes.IsWhole(value) && SizedBytes.StampOf(value) == (byte)number);
            }

            Assert.All(cache, static entry => Assert.Equal((byte)entry.Key, SizedBytes.StampOf(entry.Value)));
            Assert.Empty(cache.FindViolations());
        }
    }
}
