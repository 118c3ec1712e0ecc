using System.Buffers.Binary;
using FastShardMap.Memory;
using FastShardMap.Serialization;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Serialization;
using FastShardMap.Tests.Support;
using Cache = FastShardMap.ShardCache<long, long>;

namespace FastShardMap.Tests.Caching;

/// <summary>Saving and loading of caches.</summary>
[Collection(SerialTests.Name)]
public sealed class CacheSaveTests
{
    private static readonly HashSeed s_seed = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(16);

    [Fact]
    public async Task Load_Saved_HasTheEntries()
    {
        using Cache cache = Filled(10_000, shards: 4);
        using MemoryStream stream = new();
        Reports reports = new();
        cache.Save(stream, reports);
        Assert.Equal(10_000, reports.Last);
        stream.WriteByte(99);
        using MemoryStream streamOfTask = new();
        await cache.SaveAsync(streamOfTask);
        using SaveFolder folder = new();
        cache.SaveTo(folder.PathOf("cache"));
        await cache.SaveToAsync(folder.PathOf("cache of a task"));

        stream.Position = streamOfTask.Position = 0;
        ShardCacheOptions options = new() { MaxEntries = 20_000, ShardCount = 2 };
        reports = new Reports();
        Check(Cache.Load(stream, options, reports));
        Assert.Equal(10_000, reports.Last);
        Assert.Equal(99, stream.ReadByte()); // not read further
        Check(await Cache.LoadAsync(streamOfTask, options));
        Check(Cache.LoadFrom(folder.PathOf("cache"), options));
        Check(await Cache.LoadFromAsync(folder.PathOf("cache of a task"), options));
        Check(ShardCache<long, long, DefaultHasher<long>>.LoadFrom(folder.PathOf("cache"), options));

        static void Check(ShardCache<long, long, DefaultHasher<long>> loaded)
        {
            using (loaded)
            {
                Assert.Empty(loaded.FindViolations());
                Assert.Equal(
                    Enumerable.Range(0, 10_000).Select(static key => new KeyValuePair<long, long>(key, key * 3)),
                    loaded.OrderBy(static entry => entry.Key));
            }
        }
    }

    [Fact]
    public void Load_EntriesThatExpire_HaveTheTimeThatWasLeft()
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 100, TimeProvider = time });
        cache.Set(1, 1);
        cache.Set(2, 2, TimeSpan.FromMinutes(10));
        cache.Set(3, 3, TimeSpan.FromMinutes(2));
        cache.Set(4, 4, ShardCacheOptions.MaxTimeToLive);
        time.Move(TimeSpan.FromMinutes(4));
        byte[] file = Save(cache);
        time.Move(TimeSpan.FromDays(300)); // nobody uses the file

        using Cache loaded = Cache.Load(
            new MemoryStream(file),
            new ShardCacheOptions { MaxEntries = 100, TimeProvider = time, TimeToLive = TimeSpan.FromSeconds(1) });
        Assert.Equal(3, loaded.Count);
        Assert.True(loaded.TryGetValue(1, out _, out TimeSpan remaining) && remaining == Timeout.InfiniteTimeSpan);
        Assert.True(loaded.TryGetValue(2, out _, out remaining));
        Assert.InRange(remaining, TimeSpan.FromMinutes(6) - s_tick, TimeSpan.FromMinutes(6) + (2 * s_tick));
        Assert.True(loaded.TryGetValue(4, out _, out remaining));
        Assert.InRange(
            remaining,
            ShardCacheOptions.MaxTimeToLive - TimeSpan.FromMinutes(4) - s_tick,
            ShardCacheOptions.MaxTimeToLive);
        time.Move(TimeSpan.FromMinutes(7));
        Assert.False(loaded.TryGetValue(2, out _));
        Assert.True(loaded.TryGetValue(1, out _));
        loaded.RemoveExpired();
        Assert.Equal((2, 1), (loaded.Count, loaded.GetStatistics().Expired));
    }

    [Fact]
    public void Load_SameShape_EvictsInTheSameOrder()
    {
        using Cache cache = Filled(1000, shards: 1);
        foreach (long key in (long[])[3, 4, 5, 500, 990, 999])
        {
            for (int use = 0; use < 2; use++)
            {
                Assert.True(cache.TryGetValue(key, out _));
            }
        }

        using Cache loaded = Cache.Load(
            new MemoryStream(Save(cache)), new ShardCacheOptions { MaxEntries = 1000, ShardCount = 1, Seed = s_seed });
        for (long key = 1000; key < 2500; key++)
        {
            cache.Set(key, key * 3);
            loaded.Set(key, key * 3);
            if (key % 50 == 0)
            {
                Assert.Equal(
                    cache.Select(static entry => entry.Key).Order(), loaded.Select(static entry => entry.Key).Order());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(3000)]
    public void Load_SmallerCache_EvictsByThePolicy(long limit)
    {
        using Cache cache = Filled(10_000, shards: 8);
        for (long key = 0; key < 10_000; key += 100)
        {
            for (int use = 0; use < 3; use++)
            {
                cache.TryGetValue(key, out _);
            }
        }

        using Cache loaded = Cache.Load(new MemoryStream(Save(cache)), new ShardCacheOptions { MaxEntries = limit });
        Assert.Empty(loaded.FindViolations());
        Assert.InRange(loaded.Count, Math.Min(limit, limit * 9 / 10), limit);
        int used = loaded.Count(static entry => entry.Key % 100 == 0);
        Assert.InRange(used, limit == 3000 ? 90 : limit == 100 ? 10 : 0, 100);
    }

    [Fact]
    public void Load_EmptyCacheAndLargeEntries_Works()
    {
        using Cache empty = new(new ShardCacheOptions { MaxEntries = 10 });
        using Cache loadedEmpty = Cache.Load(new MemoryStream(Save(empty)), new ShardCacheOptions { MaxEntries = 10 });
        Assert.Equal(0, loadedEmpty.Count);

        using ShardCache<long, Large> cache = new(new ShardCacheOptions { MaxEntries = 100 });
        for (long key = 0; key < 50; key++)
        {
            Large value = default;
            value[(int)key] = key + 1;
            cache.Set(key, value);
        }

        using MemoryStream stream = new();
        cache.Save(stream);
        stream.Position = 0;
        using ShardCache<long, Large> loaded =
            ShardCache<long, Large>.Load(stream, new ShardCacheOptions { MaxEntries = 100 });
        Assert.Equal(50, loaded.Count);
        Assert.All(loaded, static entry => Assert.Equal(entry.Key + 1, entry.Value[(int)entry.Key]));
    }

    [Fact]
    public void Load_EveryByteChangedAndEveryLength_IsRefused()
    {
        using Cache cache = Filled(20, shards: 2);
        cache.Set(5, 5, TimeSpan.FromMinutes(1));
        byte[] file = Save(cache);
        long before = Arena.ProcessLiveBytes;
        for (int index = 0; index < file.Length; index++)
        {
            byte[] damaged = [.. file];
            damaged[index] ^= (byte)(1 << (index % 8));
            Refuse(damaged);
            Refuse(file[..index]);
        }

        Assert.InRange(Arena.ProcessLiveBytes - before, long.MinValue, 16_000_000);
    }

    [Fact]
    public void Load_ValidChecksumsOfInvalidEntries_IsRefused()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 10 });
        cache.Set(1, 1);
        byte[] file = Save(cache);
        CacheFormat format = CacheFormat.ReadHeader<long, long>(file);
        Span<byte> block = file.AsSpan(
            MapFormat.HeaderBytes, file.Length - MapFormat.HeaderBytes - CacheFormat.EndBytes);
        Load(file).Dispose();
        block[^1] = 8; // the use
        format.SealBlock(block, 0);
        Refuse(file);
        block[^1] = 7;
        format.SealBlock(block, 0);
        Load(file).Dispose();
        BinaryPrimitives.WriteUInt32LittleEndian(block[^5..], 1U << 31); // the life
        format.SealBlock(block, 0);
        Refuse(file);
    }

    [Fact]
    public void Load_OtherFiles_IsRefusedWithTheReason()
    {
        using Cache cache = Filled(20, shards: 2);
        byte[] file = Save(cache);
        using ShardMap<long, long> map = new() { [1] = 1 };
        using MemoryStream ofMap = new();
        map.Save(ofMap);
        ShardCacheOptions options = new() { MaxEntries = 10 };

        Assert.Contains("ShardMap reads it", Refuse(ofMap.ToArray()), StringComparison.Ordinal);
        Assert.Contains(
            "ShardCache reads it",
            Assert.Throws<InvalidDataException>(() => ShardMap<long, long>.Load(new MemoryStream(file))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "are not System.Int32",
            Assert.Throws<InvalidDataException>(
                () => ShardCache<long, int>.Load(new MemoryStream(file), options)).Message,
            StringComparison.Ordinal);
        Assert.Contains("not a saved", Refuse(new byte[200]), StringComparison.Ordinal);
        using SaveFolder folder = new();
        File.WriteAllBytes(folder.PathOf("more"), [.. file, 0]);
        Assert.Throws<InvalidDataException>(() => Cache.LoadFrom(folder.PathOf("more"), options));
    }

    [Fact]
    public async Task SaveAndLoad_WrongArguments_NameThem()
    {
        using Cache cache = Filled(20, shards: 2);
        byte[] file = Save(cache);
        ShardCacheOptions options = new() { MaxEntries = 10 };

        Assert.Equal("destination", Assert.Throws<ArgumentNullException>(() => cache.Save(null!)).ParamName);
        Assert.Equal("path", Assert.Throws<ArgumentException>(() => cache.SaveTo("")).ParamName);
        Assert.Equal("source", Assert.Throws<ArgumentNullException>(() => Cache.Load(null!, options)).ParamName);
        Assert.Equal(
            "options",
            Assert.Throws<ArgumentNullException>(() => Cache.Load(new MemoryStream(file), null!)).ParamName);
        Assert.Equal(
            "options",
            Assert.Throws<ArgumentException>(
                () => Cache.Load(new MemoryStream(file), new ShardCacheOptions())).ParamName);
        CancellationToken canceled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Cache.LoadAsync(new MemoryStream(file), options, cancellationToken: canceled));
        using SaveFolder folder = new();
        string path = folder.AddFile("old");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cache.SaveToAsync(path, cancellationToken: canceled));
        Assert.Equal("old contents of old", await File.ReadAllTextAsync(path));
        cache.TryUpdate(1, (ref _, _) => Assert.Throws<InvalidOperationException>(() => cache.Save(Stream.Null)), 0);
    }

    [Fact]
    public void Save_BesideWriters_WritesEveryEntryThatStays()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 4000, ShardCount = 2 });
        for (long key = 0; key < 500; key++)
        {
            cache.Set(key, key * 3);
        }

        Random random = new(TestSeed.For(nameof(Save_BesideWriters_WritesEveryEntryThatStays)));
        Race race = new(Soak.Time(2));
        race.Loop("churn", _ =>
        {
            long key = random.Next(500, 2500);
            if (!cache.TryRemove(key, out long _))
            {
                cache.Set(key, key * 3, TimeSpan.FromMilliseconds(random.Next(1, 50)));
            }
        });
        race.Loop("save", () =>
        {
            using Cache loaded = Load(Save(cache), 4000);
            Assert.Empty(loaded.FindViolations());
            Assert.Equal(500, loaded.Count(static entry => entry.Key < 500));
            Assert.All(loaded, static entry => Assert.Equal(entry.Key * 3, entry.Value));
        });
        race.Run();
        Assert.Empty(cache.FindViolations());
    }

    private static Cache Filled(long entries, int shards)
    {
        Cache cache = new(new ShardCacheOptions
        {
            MaxEntries = entries * (shards == 1 ? 1 : 2),
            ShardCount = shards,
            Seed = s_seed,
        });
        for (long key = 0; key < entries; key++)
        {
            cache.Set(key, key * 3);
        }

        return cache;
    }

    private static byte[] Save(Cache cache)
    {
        using MemoryStream stream = new();
        cache.Save(stream);
        return stream.ToArray();
    }

    private static Cache Load(byte[] file, long limit = 100) =>
        Cache.Load(new MemoryStream(file), new ShardCacheOptions { MaxEntries = limit });

    private static string Refuse(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => Load(file)).Message;

    [System.Runtime.CompilerServices.InlineArray(1000)]
    private struct Large
    {
        private long _first;
    }

    private sealed class Reports : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value) => Last = value;
    }
}
