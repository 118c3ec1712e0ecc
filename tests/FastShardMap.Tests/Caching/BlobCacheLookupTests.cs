using System.Buffers;
using System.Globalization;
using System.Text;
using FastShardMap.Tests.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>Lookups of a cache of bytes that set no mark, and those that return the time that is left.</summary>
public sealed class BlobCacheLookupTests
{
    private const int Entries = 64;

    private static readonly HashSeed s_seed = new(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(16);

    /// <summary>The record of the key is exchanged again and again while its bytes are compared.</summary>
    [Fact]
    public void ContainsKey_ValueThatIsReplacedAllTheTime_IsTrue()
    {
        using BlobShardCache cache = new(
            new ShardCacheOptions { MaxBytes = 4 << 20, ShardCount = 1, CountRequests = true });
        string key = new('k', 200);
        byte[] value = new byte[500];
        cache.Set(key, value);
        Race race = new(TimeSpan.FromSeconds(1));
        race.Loop("writer", round => cache.Set(key, value.AsSpan(0, 100 + (round % 400))));
        race.Loop("reader", () => Assert.True(cache.ContainsKey(key), "A present key was not found."));
        race.Run();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(500)]
    [InlineData(32_766)]
    public void TryPeek_ValuesOfAnyLength_CopiesThem(int keyLength)
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 4 << 20 });
        string key = new('k', keyLength);
        byte[] utf8 = Encoding.UTF8.GetBytes(key);
        AssertAbsent(cache, key);
        foreach (int length in (int[])[0, 1, 7, 8, 300, 4_096, 100_000])
        {
            byte[] value = BlobBytes.Create(keyLength, length);
            Assert.True(cache.Set(key, value, TimeSpan.FromHours(1)));
            byte[] room = new byte[length + 1];
            Assert.True(cache.TryPeek(key, room, out int found) && found == length);
            Assert.True(cache.TryPeek(utf8, room, out found) && found == length);
            Assert.True(cache.TryPeek(key.AsSpan(), room.AsSpan(0, length), out found) && found == length);
            Assert.Equal(value, room[..length]);
            Assert.True(length == 0 || !cache.TryPeek(key, new byte[length - 1], out found));
            Assert.Equal(length, found);
            ArrayBufferWriter<byte> writer = new();
            Assert.True(
                cache.TryPeek(key, writer) && cache.TryPeek(utf8, writer) && cache.TryPeek(key.AsSpan(), writer));
            Assert.Equal([.. value, .. value, .. value], writer.WrittenSpan.ToArray());

            room.AsSpan().Clear();
            Assert.True(cache.TryGetValue(key, room, out found, out TimeSpan remaining) && found == length);
            Assert.InRange(remaining, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1) + (2 * s_tick));
            Assert.Equal(value, room[..length]);
            Assert.True(cache.TryGetValue(utf8, room, out found, out _) && found == length);
            Assert.True(cache.TryGetValue(key.AsSpan(), room, out found, out _) && found == length);
            writer.Clear();
            Assert.True(
                cache.TryGetValue(key, writer, out remaining)
                && cache.TryGetValue(utf8, writer, out _)
                && cache.TryGetValue(key.AsSpan(), writer, out _));
            Assert.InRange(remaining, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1) + (2 * s_tick));
            Assert.Equal([.. value, .. value, .. value], writer.WrittenSpan.ToArray());
        }

        Assert.True(cache.TryRemove(key));
        AssertAbsent(cache, key);
    }

    /// <summary>Two caches with the same seed and the same stores evict the same entries, although the entries of one
    /// are peeked at. In a third one, the entry that is read stays.</summary>
    [Fact]
    public void TryPeek_EntriesOfAFullCache_LeaveAsIfNobodyHadLooked()
    {
        using BlobShardCache untouched = CreateSmall();
        using BlobShardCache peeked = CreateSmall();
        using BlobShardCache read = CreateSmall();
        BlobShardCache[] caches = [untouched, peeked, read];
        byte[] room = new byte[100];
        ArrayBufferWriter<byte> writer = new();
        int used = Entries + 1;
        for (int i = 0; i < Entries * 10; i++)
        {
            Assert.All(caches, cache => Assert.True(cache.Set(KeyOf(i), BlobBytes.Create(i, 100))));
            for (int other = 0; other <= i; other++)
            {
                bool isPresent = peeked.TryPeek(KeyOf(other), room, out _);
                Assert.Equal(isPresent, peeked.TryPeek(Encoding.UTF8.GetBytes(KeyOf(other)), writer));
                writer.Clear();
                Assert.Equal(untouched.ContainsKey(KeyOf(other)), isPresent);
            }

            if (i >= used)
            {
                Assert.True(read.TryGetValue(KeyOf(used), room, out _, out _));
                Assert.True(read.TryGetValue(KeyOf(used), writer, out _));
                writer.Clear();
            }
        }

        Assert.False(peeked.ContainsKey(KeyOf(used)));
    }

    [Fact]
    public void Requests_PeeksAndLookupsWithTheTime_CountTheLatterOnce()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 1 << 20, CountRequests = true });
        cache.Set("a", new byte[100]);
        for (int call = 0; call < 10; call++)
        {
            cache.TryPeek("a", new byte[100], out _);
            cache.TryPeek("a"u8, new ArrayBufferWriter<byte>());
            cache.TryPeek("b", new byte[100], out _);
        }

        cache.TryGetValue("a", new byte[100], out _, out _);
        cache.TryGetValue("a", [], out _, out _);
        cache.TryGetValue("a", new ArrayBufferWriter<byte>(), out _);
        cache.TryGetValue("b", new byte[100], out _, out _);
        cache.TryGetValue("b", new ArrayBufferWriter<byte>(), out _);

        ShardCacheStatistics statistics = cache.GetStatistics();
        Assert.Equal((3, 2), (statistics.Hits, statistics.Misses));
    }

    [Fact]
    public void Remaining_OfEntries_FollowsTheClock()
    {
        ManualTime time = new();
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 1 << 20, TimeProvider = time });
        Assert.True(cache.Set("minute", [1, 2], TimeSpan.FromMinutes(1)));
        Assert.True(cache.Set("forever", [1, 2, 3]));
        time.Move(TimeSpan.FromSeconds(40));

        AssertRemaining(cache, "minute", TimeSpan.FromSeconds(20));
        AssertRemaining(cache, "forever", Timeout.InfiniteTimeSpan);
        Assert.False(cache.TryGetValue("minute", new byte[1], out int length, out TimeSpan remaining));
        Assert.Equal(2, length);
        Assert.InRange(remaining, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20) + (2 * s_tick));
        time.Move(TimeSpan.FromSeconds(21));
        AssertAbsent(cache, "minute");
        AssertRemaining(cache, "forever", Timeout.InfiniteTimeSpan);
        Assert.True(cache.Set("minute", [1], TimeSpan.FromSeconds(5)));
        AssertRemaining(cache, "minute", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Remaining_EntryOfBytesThatExpiresDuringTheLookup_IsZero()
    {
        int zeros = 0;
        for (int step = 33; step < 63; step++)
        {
            using BlobShardCache cache = new(new ShardCacheOptions
            {
                MaxBytes = 1 << 20, TimeProvider = new SteppingTime(TimeSpan.FromMilliseconds(step)),
            });
            cache.Set("a", [], TimeSpan.FromSeconds(1));
            while (cache.TryGetValue("a", [], out _, out TimeSpan remaining))
            {
                Assert.InRange(remaining, TimeSpan.Zero, TimeSpan.FromSeconds(1) + (2 * s_tick));
                zeros += remaining == TimeSpan.Zero ? 1 : 0;
            }
        }

        Assert.NotEqual(0, zeros);
    }

    [Fact]
    public void Lookups_WrongArguments_AreRefusedByName()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 1 << 20 });
        ArrayBufferWriter<byte> writer = new();
        IBufferWriter<byte> none = null!;
        byte[] tooLong = new byte[40_000];

        Assert.Throws<ArgumentNullException>("key", () => cache.TryPeek((string)null!, new byte[1], out _));
        Assert.Throws<ArgumentNullException>("key", () => cache.TryPeek((string)null!, writer));
        Assert.Throws<ArgumentNullException>("key", () => cache.TryGetValue((string)null!, new byte[1], out _, out _));
        Assert.Throws<ArgumentNullException>("key", () => cache.TryGetValue((string)null!, writer, out _));
        Assert.Throws<ArgumentNullException>("destination", () => cache.TryPeek("a", none));
        Assert.Throws<ArgumentNullException>("destination", () => cache.TryPeek("a"u8, none));
        Assert.Throws<ArgumentNullException>("destination", () => cache.TryGetValue("a", none, out _));
        Assert.Throws<ArgumentNullException>("destination", () => cache.TryGetValue("a"u8, none, out _));
        Assert.Throws<ArgumentException>("key", () => cache.TryPeek(tooLong, new byte[1], out _));
        Assert.Throws<ArgumentException>("key", () => cache.TryPeek(tooLong, writer));
        Assert.Throws<ArgumentException>("key", () => cache.TryPeek(new string('k', 40_000), writer));
        Assert.Throws<ArgumentException>("key", () => cache.TryGetValue(tooLong, new byte[1], out _, out _));
        Assert.Throws<ArgumentException>("key", () => cache.TryGetValue(tooLong, writer, out _));
    }

    [Fact]
    public void Lookups_OfAWarmCache_AllocateNothing()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 1 << 20, CountRequests = true });
        cache.Set("a key of more than fifteen bytes", new byte[100], TimeSpan.FromHours(1));
        byte[] room = new byte[100];
        ArrayBufferWriter<byte> writer = new(1_000);
        Allocation.AssertNone(() =>
        {
            cache.TryPeek("a key of more than fifteen bytes", room, out _);
            cache.TryPeek("absent", room, out _);
            cache.TryGetValue("a key of more than fifteen bytes"u8, room, out _, out _);
            cache.TryPeek("a key of more than fifteen bytes", writer);
            writer.Clear();
            cache.TryGetValue("a key of more than fifteen bytes", writer, out _);
            writer.Clear();
        });
    }

    private static BlobShardCache CreateSmall() =>
        new(new ShardCacheOptions { MaxBytes = 1 << 20, MaxEntries = Entries, ShardCount = 1, Seed = s_seed });

    private static void AssertAbsent(BlobShardCache cache, string key)
    {
        ArrayBufferWriter<byte> writer = new();
        Assert.False(cache.TryPeek(key, new byte[10], out int length) || length != -1);
        Assert.False(cache.TryPeek(key, writer));
        Assert.False(cache.TryGetValue(key, new byte[10], out length, out TimeSpan remaining));
        Assert.Equal((-1, TimeSpan.Zero), (length, remaining));
        Assert.False(cache.TryGetValue(key, writer, out remaining));
        Assert.Equal((0, TimeSpan.Zero), (writer.WrittenCount, remaining));
    }

    private static void AssertRemaining(BlobShardCache cache, string key, TimeSpan expected)
    {
        TimeSpan most = expected == Timeout.InfiniteTimeSpan ? expected : expected + (2 * s_tick);
        Assert.True(cache.TryGetValue(key, new byte[10], out _, out TimeSpan remaining));
        Assert.InRange(remaining, expected, most);
        Assert.True(cache.TryGetValue(Encoding.UTF8.GetBytes(key), new ArrayBufferWriter<byte>(), out remaining));
        Assert.InRange(remaining, expected, most);
    }

    private static string KeyOf(int i) =>
        i % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{i}")
            : string.Create(CultureInfo.InvariantCulture, $"a key of more than fifteen bytes {i}");
}
