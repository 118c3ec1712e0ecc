using System.Buffers;
using System.Globalization;
using System.Text;
using FastShardMap.Memory;
using FastShardMap.Tests.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

public class BlobShardCacheTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void Set_ThenEveryLookup_ReturnsTheBytes()
    {
        using BlobShardCache cache = New(4 * MiB);
        foreach (int keyLength in (int[])[0, 1, 15, 16, 64, 65, 5_000, 32_766])
        {
            string key = new('k', keyLength);
            foreach (int length in (int[])[0, 1, 7, 8, 300, 4_096, 32_766, 40_000, 100_000])
            {
                byte[] value = BlobBytes.Create(keyLength, length);
                Assert.True(cache.Set(key, value));
                AssertHas(cache, key, value);
                Assert.True(cache.TryGetValue(Encoding.UTF8.GetBytes(key), new byte[length], out int found));
                Assert.Equal(length, found);
                Assert.True(length == 0 || !cache.TryGetValue(key, new byte[length - 1], out found));
                Assert.Equal(length, found);
                Assert.False(cache.TryAdd(key, [1]));
                Assert.Empty(cache.Inner.FindViolations());
            }

            Assert.True(cache.ContainsKey(key));
            Assert.True(cache.TryRemove(key));
            Assert.False(cache.TryRemove(key));
            Assert.False(cache.TryGetValue(key, [], out int none));
            Assert.Equal(-1, none);
            Assert.False(cache.TryGetValue(key, new ArrayBufferWriter<byte>()));
            Assert.True(cache.TryAdd(key, [1]));
            Assert.True(cache.TryRemove(key));
        }

        Assert.Equal(0, cache.Count);
    }

    /// <summary>Lengths that drift, so that released records are of no use for what is added: the hardest case for a
    /// limit of all bytes.</summary>
    [Theory]
    [InlineData(256 * 1024, 1, 10, 900)]
    [InlineData(4 * MiB, 1, 10, 3_000)]
    [InlineData(4 * MiB, 4, 0, 300)]
    [InlineData(8 * MiB, 2, 1_000, 60_000)]
    public void BytesAllocated_LengthsDrift_NeverExceedTheLimit(int maxBytes, int shards, int shortest, int longest)
    {
        Random random = new(TestSeed.For($"{nameof(BytesAllocated_LengthsDrift_NeverExceedTheLimit)} {maxBytes}"));
        using BlobShardCache cache = New(maxBytes, shards);
        byte[] value = new byte[longest + 100];
        int writes = (int)(8L * maxBytes / (shortest + longest)) + 5_000;
        long most = 0;
        for (int i = 0; i < writes; i++)
        {
            int middle = shortest + (int)((long)(longest - shortest) * i / writes);
            Span<byte> bytes = value.AsSpan(0, Math.Max(shortest, middle - random.Next(1 + (middle / 8))));
            BlobBytes.Fill(i, bytes);
            Assert.True(cache.Set(KeyOf(random.Next(writes / 4)), bytes));
            most = Math.Max(most, cache.BytesAllocated);
            Assert.True(cache.BytesAllocated <= maxBytes, $"write {i}: {cache.BytesAllocated} bytes");
        }

        Assert.True(most > maxBytes * 0.5, $"only {most} of {maxBytes} bytes were used");
        Assert.Empty(cache.Inner.FindViolations());
        ShardCacheStatistics statistics = cache.GetStatistics();
        Assert.True(statistics.EvictedForBytes + statistics.EvictedForEntries > 0, "nothing was evicted");
        Assert.True(statistics.Count > 0, "nothing is left");
        CacheSums.AssertAddUp(cache.GetStatistics);
    }

    [Fact]
    public void RandomOperations_WithEvictions_FindTheLastValueOrNone()
    {
        Random random = new(TestSeed.For(nameof(RandomOperations_WithEvictions_FindTheLastValueOrNone)));
        using BlobShardCache cache = New(512 * 1024, shards: 2);
        Dictionary<string, byte[]> last = new(StringComparer.Ordinal);
        int hits = 0;
        byte[] room = new byte[12_000];
        for (int i = 0; i < 20_000; i++)
        {
            string key = KeyOf(random.Next(1_500));
            switch (random.Next(6))
            {
                case 0 or 1:
                    byte[] value = BlobBytes.Create(i, random.Next(random.Next(40) == 0 ? 12_000 : 400));
                    Assert.True(cache.Set(key, value));
                    last[key] = value;
                    AssertHas(cache, key, value);
                    break;
                case 2:
                    byte[] added = BlobBytes.Create(i, random.Next(400));
                    if (cache.TryAdd(key, added))
                    {
                        last[key] = added;
                    }

                    break;
                case 3 when random.Next(4) == 0:
                    cache.TryRemove(key);
                    last.Remove(key);
                    break;
                default:
                    if (cache.TryGetValue(key, room, out int length))
                    {
                        hits++;
                        Assert.True(room.AsSpan(0, length).SequenceEqual(last[key]));
                    }

                    break;
            }

            Assert.True(cache.BytesAllocated <= cache.MaxBytes);
            if (i % 4_000 == 0)
            {
                Assert.Empty(cache.Inner.FindViolations());
            }
        }

        Assert.True(hits > 500, $"{hits} hits");
    }

    /// <summary>A value that is made of two others differs from every value that was stored.</summary>
    [Fact]
    public void Read_WhileEntriesAreEvictedAndMoved_IsNeverTorn()
    {
        using BlobShardCache cache = New(512 * 1024, shards: 1);
        long hits = 0;
        Race race = new Race(TimeSpan.FromSeconds(2)).Until(() => Interlocked.Read(ref hits) != 0);
        for (int writer = 0; writer < 2; writer++)
        {
            Random random = new(writer);
            byte[] value = new byte[6_000];
            race.Loop($"writer {writer}", round =>
            {
                int key = random.Next(400);
                int middle = 100 + (int)(round / 20 % 5_000);
                Span<byte> bytes = value.AsSpan(0, middle + random.Next(200));
                BlobBytes.Fill((key << 20) | (random.Next() & 0xF_FFFF), bytes);
                Assert.True(cache.Set(KeyOf(key), bytes));
                if (round % 5_000 == 0)
                {
                    cache.Clear();
                }
                else if (round % 500 == 0)
                {
                    cache.Trim(10);
                }
            });
        }

        for (int reader = 0; reader < 2; reader++)
        {
            Random random = new(100 + reader);
            byte[] room = new byte[6_000];
            race.Loop($"reader {reader}", () =>
            {
                int key = random.Next(400);
                if (cache.TryGetValue(KeyOf(key), room, out int length))
                {
                    Interlocked.Increment(ref hits);
                    Assert.True(BlobBytes.IsWhole(room.AsSpan(0, length)), "a torn value");
                    Assert.Equal(key, BlobBytes.NumberOf(room) >> 20);
                }

                long allocated = cache.BytesAllocated;
                Assert.True(allocated <= cache.MaxBytes, $"{allocated} bytes");
            });
        }

        race.Run();
        Assert.NotEqual(0, hits);
        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public void Set_TooLarge_IsRefusedAndRemovesTheOldValue()
    {
        using BlobShardCache cache = New(MiB, shards: 1);
        Assert.True(cache.Set("a", [1]));
        Assert.InRange(cache.MaxEntryBytes, 30_000, MiB / 8);

        Assert.False(cache.Set("a", new byte[cache.MaxEntryBytes + 1]));
        Assert.False(cache.ContainsKey("a"));
        Assert.False(cache.TryAdd("a", new byte[cache.MaxEntryBytes + 1]));
        Assert.Equal(2, cache.GetStatistics().Refused);
        Assert.True(cache.Set("a", new byte[cache.MaxEntryBytes / 10 * 9]));
        Assert.Equal(2, cache.GetStatistics().Refused);
    }

    [Fact]
    public void Entry_UsedOften_StaysWhileOthersComeAndGo()
    {
        using BlobShardCache cache = New(MiB, shards: 1);
        byte[] room = new byte[1_000];
        Assert.True(cache.Set("often", BlobBytes.Create(1, 1_000)));
        for (int i = 0; i < 20_000; i++)
        {
            Assert.True(cache.TryGetValue("often", room, out _), $"round {i}");
            Assert.True(cache.Set(KeyOf(i), room));
        }
    }

    [Fact]
    public void Entry_PastItsTime_IsAbsentAndRemoved()
    {
        ManualTime clock = new();
        using BlobShardCache cache = new(new ShardCacheOptions
        {
            MaxBytes = MiB, TimeProvider = clock, TimeToLive = TimeSpan.FromMinutes(1), CountRequests = true,
        });
        Assert.True(cache.Set("default", [1]));
        Assert.True(cache.Set("longer", [1, 2], TimeSpan.FromMinutes(3)));
        Assert.True(cache.Set("forever", [1, 2, 3], Timeout.InfiniteTimeSpan));
        Assert.True(cache.Set("again", new byte[500]));

        clock.Move(TimeSpan.FromMinutes(2));

        Assert.False(cache.TryGetValue("default", new byte[1], out int length));
        Assert.Equal(-1, length);
        AssertHas(cache, "longer", [1, 2]);
        AssertHas(cache, "forever", [1, 2, 3]);
        Assert.False(cache.TryRemove("default"));
        Assert.True(cache.TryAdd("again", [7]));
        AssertHas(cache, "again", [7]);
        cache.RemoveExpired();
        Assert.Equal(3, cache.Count);
        Assert.Equal(2, cache.GetStatistics().Expired);
        Assert.Empty(cache.Inner.FindViolations());
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Set("a", [1], TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.TryAdd("a", [1], TimeSpan.FromDays(1_000)));
    }

    [Fact]
    public void Requests_OfAllForms_AreCountedOnce()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = MiB, CountRequests = true });
        cache.Set("a", new byte[100]);
        cache.Set("a", new byte[200]);
        cache.TryGetValue("a", new byte[200], out _);
        cache.TryGetValue("a", new ArrayBufferWriter<byte>());
        cache.TryGetValue("b", new byte[200], out _);
        cache.TryGetValue("b"u8, new ArrayBufferWriter<byte>());
        cache.ContainsKey("b");

        ShardCacheStatistics statistics = cache.GetStatistics();
        Assert.Equal(2, statistics.Hits);
        Assert.Equal(2, statistics.Misses);
        Assert.Equal(1, statistics.Replaced);
        Assert.Equal(1, statistics.Added);
    }

    [Fact]
    public void TrimAndClear_RemoveEntries_ClearReturnsTheirMemory()
    {
        using BlobShardCache cache = New(4 * MiB, shards: 2);
        long empty = cache.BytesAllocated;
        for (int i = 0; i < 1_000; i++)
        {
            cache.Set(KeyOf(i), BlobBytes.Create(i, i % 50 == 0 ? 50_000 : 500));
        }

        // Fewer than 1,000 where the seed puts most of the large values into one shard.
        long full = cache.Count;
        Assert.InRange(full, 900, 1_000);
        Assert.Equal(400, cache.Trim(400));
        Assert.Equal(full - 400, cache.Count);
        Assert.Empty(cache.Inner.FindViolations());
        cache.Clear();
        Assert.Equal(0, cache.Count);
        Assert.Equal(empty, cache.BytesAllocated);
        Assert.Empty(cache.Inner.FindViolations());
        Assert.True(cache.Set("a", [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Trim(-1));
    }

    [Fact]
    public void MaxEntries_AreNeverExceeded()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 4 * MiB, MaxEntries = 50, ShardCount = 1 });
        for (int i = 0; i < 500; i++)
        {
            cache.Set(KeyOf(i), [1]);
            Assert.InRange(cache.Count, 1, 50);
        }

        Assert.Equal(450, cache.GetStatistics().EvictedForEntries);
        Assert.Equal(0, cache.GetStatistics().EvictedForBytes);
    }

    [Fact]
    public void Options_ThatCannotBeMet_AreRefused()
    {
        Assert.Throws<ArgumentNullException>(() => new BlobShardCache(null!));
        foreach (ShardCacheOptions options in (ShardCacheOptions[])
            [
                new() { MaxEntries = 100 },
                new() { MaxBytes = 1 },
                new() { MaxBytes = 30_000 },
                new() { MaxBytes = MiB, MaxEntries = 1_000_000 },
                new() { MaxBytes = MiB, MaxEntries = long.MaxValue },
                new() { MaxBytes = 64 * MiB, MaxEntries = long.MaxValue },
                new() { MaxBytes = MiB, MaxEntries = 4_096, ShardCount = 1_024 },
            ])
        {
            Assert.Equal("options", Assert.Throws<ArgumentException>(() => new BlobShardCache(options)).ParamName);
        }

        foreach (ShardCacheOptions options in (ShardCacheOptions[])
            [
                new() { MaxBytes = 1L << 60, MaxEntries = 100 },
                new() { MaxBytes = 1L << 60, ShardCount = 1 },
                new() { MaxBytes = long.MaxValue },
            ])
        {
            Assert.Throws<OutOfMemoryException>(() => new BlobShardCache(options));
        }
    }

    [Fact]
    public void AllMembers_AfterDispose_Throw()
    {
        BlobShardCache cache = New(MiB);
        cache.Set("a", [1]);
        cache.Dispose();
        cache.Dispose();

        Assert.Throws<ObjectDisposedException>(() => cache.TryGetValue("a", new byte[1], out _));
        Assert.Throws<ObjectDisposedException>(() => cache.TryGetValue("a", new ArrayBufferWriter<byte>()));
        Assert.Throws<ObjectDisposedException>(() => cache.ContainsKey("a"));
        Assert.Throws<ObjectDisposedException>(() => cache.Set("a", [1]));
        Assert.Throws<ObjectDisposedException>(() => cache.TryAdd("a", [1]));
        Assert.Throws<ObjectDisposedException>(() => cache.TryRemove("a"));
        Assert.Throws<ObjectDisposedException>(() => cache.Count);
        Assert.Throws<ObjectDisposedException>(cache.Clear);
        Assert.Throws<ObjectDisposedException>(() => cache.Trim(1));
        Assert.Throws<ObjectDisposedException>(() => cache.RemoveExpired());
        Assert.Throws<ObjectDisposedException>(() => cache.GetStatistics());
        Assert.Throws<ObjectDisposedException>(() => cache.Save(Stream.Null));
        Assert.InRange(cache.BytesAllocated, 0, 4_096);
        Assert.Equal("BlobShardCache: disposed", cache.ToString());
    }

    [Fact]
    public void Set_NoMemoryForTheRecord_KeepsTheCacheUsable()
    {
        using BlobShardCache cache = New(4 * MiB, shards: 1);
        cache.Set("a", [1]);
        byte[] large = new byte[100_000];
        FaultInjection.Allocate = static _ => true;
        try
        {
            Assert.Throws<OutOfMemoryException>(() => cache.Set("b", large));
            Assert.Throws<OutOfMemoryException>(() => cache.TryAdd("b", large));
            Assert.Throws<OutOfMemoryException>(() => cache.Set("a", large));
        }
        finally
        {
            FaultInjection.Allocate = null;
        }

        Assert.Empty(cache.Inner.FindViolations());
        AssertHas(cache, "a", [1]);
        Assert.False(cache.ContainsKey("b"));
        Assert.True(cache.Set("b", new byte[100_000]));
    }

    private static BlobShardCache New(long maxBytes, int shards = 0) =>
        new(new ShardCacheOptions { MaxBytes = maxBytes, ShardCount = shards });

    internal static void AssertHas(BlobShardCache cache, string key, byte[] value)
    {
        byte[] room = new byte[value.Length + 1];
        Assert.True(cache.TryGetValue(key, room, out int length));
        Assert.True(room.AsSpan(0, length).SequenceEqual(value));
        ArrayBufferWriter<byte> writer = new();
        Assert.True(cache.TryGetValue(key, writer));
        Assert.True(writer.WrittenSpan.SequenceEqual(value));
    }

    private static string KeyOf(int i) =>
        i % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{i}")
            : string.Create(CultureInfo.InvariantCulture, $"a key of more than fifteen bytes {i}");
}
