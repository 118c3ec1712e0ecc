using System.Globalization;
using System.Text;
using System.Threading.Channels;
using FastShardMap.Tests.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>The notices of entries that have left a cache of values of any length.</summary>
public sealed class BlobCacheRemovalTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void Removals_NotAskedFor_AreNone()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = MiB });

        Assert.Null(cache.Removals);
        Assert.Equal(0, cache.DroppedRemovals);
        Assert.Equal(string.Empty, default(BlobShardCacheRemoval).KeyToString());
        Assert.True(default(BlobShardCacheRemoval).Value.IsEmpty);
    }

    [Fact]
    public void Removals_EveryCause_HaveTheBytesOfKeyAndValue()
    {
        ManualTime time = new();
        using BlobShardCache cache = new(new ShardCacheOptions
        {
            MaxBytes = MiB, MaxEntries = 4, ShardCount = 1, TimeProvider = time, PendingRemovals = 100,
        });
        foreach (int keyLength in (int[])[0, 3, 15, 16, 5_000])
        {
            foreach (int length in (int[])[0, 7, 300, 40_000])
            {
                string key = new('k', keyLength);
                cache.Set(key, [1, 2]);
                cache.Set(key, BlobBytes.Create(keyLength, length)); // replaced: no notice
                cache.TryRemove(key);
                BlobShardCacheRemoval removal = Assert.Single(Read(cache));
                Assert.Equal((key, ShardCacheRemovalCause.Removed), (removal.KeyToString(), removal.Cause));
                Assert.Equal(Encoding.UTF8.GetBytes(key), removal.Utf8Key.ToArray());
                Assert.Equal(BlobBytes.Create(keyLength, length), removal.Value.ToArray());
                Assert.DoesNotContain("kkk", removal.ToString(), StringComparison.Ordinal);
            }
        }

        for (int i = 0; i < 6; i++)
        {
            cache.Set(KeyOf(i), BlobBytes.Create(i, 100));
        }

        AssertAre(ShardCacheRemovalCause.Evicted, 2, Read(cache));
        Assert.Equal(1, cache.Trim(1));
        AssertAre(ShardCacheRemovalCause.Trimmed, 1, Read(cache));
        cache.Clear();
        AssertAre(ShardCacheRemovalCause.Removed, 3, Read(cache));
        cache.Set(KeyOf(1), BlobBytes.Create(1, 100), TimeSpan.FromSeconds(1));
        cache.Set(KeyOf(2), BlobBytes.Create(2, 100), TimeSpan.FromSeconds(1));
        time.MoveWithoutTimers(TimeSpan.FromSeconds(2));
        cache.Set(KeyOf(1), [1]);
        cache.RemoveExpired();
        AssertAre(ShardCacheRemovalCause.Expired, 2, Read(cache));
        Assert.False(cache.Set(KeyOf(1), new byte[cache.MaxEntryBytes + 1]));
        Assert.Equal(ShardCacheRemovalCause.Removed, Assert.Single(Read(cache)).Cause);
        Assert.Equal(0, cache.DroppedRemovals);
    }

    [Fact]
    public void Removals_MoreThanMayWait_DropTheOldest()
    {
        using BlobShardCache cache = new(
            new ShardCacheOptions { MaxBytes = MiB, MaxEntries = 100, ShardCount = 1, PendingRemovals = 7 });
        for (int i = 0; i < 150; i++)
        {
            cache.Set(KeyOf(i), BlobBytes.Create(i, 100));
        }

        Assert.Equal(43, cache.DroppedRemovals);
        AssertAre(ShardCacheRemovalCause.Evicted, 7, Read(cache));
        cache.Clear();
        AssertAre(ShardCacheRemovalCause.Removed, 7, Read(cache));
        Assert.Equal(136, cache.DroppedRemovals);
    }

    /// <summary>Lengths drift, so that records are moved together meanwhile.</summary>
    [Fact]
    public void Removals_OfManyThreads_AreAsManyAsTheStatisticsSay()
    {
        using BlobShardCache cache = new(
            new ShardCacheOptions { MaxBytes = MiB, ShardCount = 2, PendingRemovals = 500 });
        long read = 0;
        Race race = new(Soak.Time(1));
        for (int thread = 0; thread < 2; thread++)
        {
            Random random = new(thread);
            byte[] value = new byte[4_000];
            race.Loop($"thread {thread}", round =>
            {
                int i = random.Next(2_000);
                Span<byte> bytes = value.AsSpan(0, 10 + (round / 10 % 3_000) + random.Next(100));
                BlobBytes.Fill(i, bytes);
                cache.Set(KeyOf(i), bytes, random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 50)) : null);
                if (round % 64 == 0)
                {
                    cache.Trim(5);
                }
                else if (round % 8 == 0)
                {
                    cache.TryRemove(KeyOf(random.Next(2_000)));
                }
            });
        }

        race.Loop("reader", () => read += Check(cache));
        race.Run();
        cache.Clear(); // nothing is left to expire while the two sides are compared

        // The maintenance thread writes its notices after it has counted the entries.
        SpinWait.SpinUntil(
            () => (read += Check(cache)) + cache.DroppedRemovals >= Left(cache), TimeSpan.FromMinutes(1));
        Assert.Equal(Left(cache), read + cache.DroppedRemovals);
        Assert.InRange(read, 1, long.MaxValue);
        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public async Task Dispose_CompletesTheChannel()
    {
        BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = MiB, PendingRemovals = 10 });
        ChannelReader<BlobShardCacheRemoval> reader = cache.Removals!;
        cache.Set("a", [1]);
        cache.TryRemove("a");
        cache.Dispose();

        Assert.Equal([1], (await reader.ReadAsync()).Value.ToArray());
        Assert.False(await reader.WaitToReadAsync());
    }

    private static long Left(BlobShardCache cache) => CacheSums.Left(cache.GetStatistics());

    private static string KeyOf(int i) =>
        i % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{i}")
            : string.Create(CultureInfo.InvariantCulture, $"{i} is a key of more than fifteen bytes");

    private static void AssertAre(ShardCacheRemovalCause cause, int count, BlobShardCacheRemoval[] removals)
    {
        Assert.Equal(count, removals.Select(static removal => removal.KeyToString()).Distinct().Count());
        Assert.All(removals, removal =>
        {
            Assert.Equal(cause, removal.Cause);
            int number = BlobBytes.NumberOf(removal.Value.Span);
            Assert.Equal(KeyOf(number), removal.KeyToString());
            Assert.Equal(BlobBytes.Create(number, 100), removal.Value.ToArray());
        });
    }

    private static long Check(BlobShardCache cache)
    {
        BlobShardCacheRemoval[] removals = Read(cache);
        foreach (BlobShardCacheRemoval removal in removals)
        {
            Assert.True(BlobBytes.IsWhole(removal.Value.Span), "a torn value");
            Assert.Equal(KeyOf(BlobBytes.NumberOf(removal.Value.Span)), removal.KeyToString());
        }

        return removals.Length;
    }

    private static BlobShardCacheRemoval[] Read(BlobShardCache cache)
    {
        List<BlobShardCacheRemoval> removals = [];
        while (cache.Removals!.TryRead(out BlobShardCacheRemoval removal))
        {
            removals.Add(removal);
        }

        return [.. removals];
    }
}
