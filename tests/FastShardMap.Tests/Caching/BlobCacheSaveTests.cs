using System.Globalization;
using FastShardMap.Layout;
using FastShardMap.Serialization;
using FastShardMap.Tests.Records;
using FastShardMap.Tests.Serialization;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Caching;

/// <summary>Saving and loading of caches with values of any length.</summary>
public sealed class BlobCacheSaveTests
{
    private const int MiB = 1024 * 1024;
    private static readonly HashSeed s_seed = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(16);

    private static ShardCacheOptions Roomy => new() { MaxBytes = 32 * MiB, ShardCount = 2 };

    [Fact]
    public async Task Load_Saved_HasTheEntries()
    {
        using BlobShardCache cache = Filled(5_000, shards: 4);
        using MemoryStream stream = new();
        Reports reports = new();
        cache.Save(stream, reports);
        Assert.Equal(5_000, reports.Last);
        stream.WriteByte(99);
        using MemoryStream streamOfTask = new();
        await cache.SaveAsync(streamOfTask);
        using SaveFolder folder = new();
        cache.SaveTo(folder.PathOf("cache"));
        await cache.SaveToAsync(folder.PathOf("cache of a task"));

        stream.Position = streamOfTask.Position = 0;
        reports = new Reports();
        Check(BlobShardCache.Load(stream, Roomy, reports));
        Assert.Equal(5_000, reports.Last);
        Assert.Equal(99, stream.ReadByte()); // not read further
        Check(await BlobShardCache.LoadAsync(streamOfTask, Roomy));
        Check(BlobShardCache.LoadFrom(folder.PathOf("cache"), Roomy));
        Check(await BlobShardCache.LoadFromAsync(folder.PathOf("cache of a task"), Roomy));

        static void Check(BlobShardCache loaded)
        {
            using (loaded)
            {
                Assert.Empty(loaded.Inner.FindViolations());
                AssertHas(loaded, 5_000);
                Assert.Equal(5_000, loaded.Count);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_000)]
    [InlineData(66_000)]
    [InlineData(900_000)]
    public void Load_EntriesOfEveryLength_HasThem(int length)
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 32 * MiB, ShardCount = 1 });
        foreach (int keyLength in (int[])[0, 1, 15, 16, 200, 32_766])
        {
            Assert.True(cache.Set(new string('k', keyLength), BlobBytes.Create(keyLength, length)));
        }

        using BlobShardCache loaded = Load(Save(cache), 32 * MiB, shards: 1);
        Assert.Equal(6, loaded.Count);
        foreach (int keyLength in (int[])[0, 1, 15, 16, 200, 32_766])
        {
            byte[] room = new byte[length];
            Assert.True(loaded.TryGetValue(new string('k', keyLength), room, out int found));
            Assert.Equal(length, found);
            Assert.Equal(BlobBytes.Create(keyLength, length), room);
        }
    }

    [Fact]
    public void Load_EmptyCache_IsEmpty()
    {
        using BlobShardCache cache = Filled(0, shards: 1);
        using BlobShardCache loaded = Load(Save(cache), MiB);
        Assert.Equal(0, loaded.Count);
    }

    [Fact]
    public void Load_EntriesThatExpire_HaveTheTimeThatWasLeft()
    {
        ManualTime time = new();
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = MiB, TimeProvider = time });
        cache.Set("never", [1]);
        cache.Set("later", [2], TimeSpan.FromMinutes(10));
        cache.Set("soon", [3], TimeSpan.FromMinutes(2));
        time.Move(TimeSpan.FromMinutes(4));
        byte[] file = Save(cache);
        time.Move(TimeSpan.FromDays(300)); // nobody uses the file

        using BlobShardCache loaded = BlobShardCache.Load(
            new MemoryStream(file),
            new ShardCacheOptions { MaxBytes = MiB, TimeProvider = time, TimeToLive = TimeSpan.FromSeconds(1) });
        Assert.Equal(2, loaded.Count);
        time.Move(TimeSpan.FromMinutes(6) - s_tick);
        Assert.True(loaded.ContainsKey("later"));
        time.Move(4 * s_tick);
        Assert.False(loaded.ContainsKey("later"));
        Assert.True(loaded.ContainsKey("never"));
    }

    [Fact]
    public void Load_SameShape_EvictsInTheSameOrder()
    {
        ShardCacheOptions options = new() { MaxBytes = 8 * MiB, MaxEntries = 1_000, ShardCount = 1, Seed = s_seed };
        using BlobShardCache cache = new(options);
        for (int i = 0; i < 1_000; i++)
        {
            cache.Set(KeyOf(i), ValueOf(i));
        }

        for (int use = 0; use < 2; use++)
        {
            foreach (int i in (int[])[3, 4, 5, 500, 990, 999])
            {
                Assert.True(cache.TryGetValue(KeyOf(i), new byte[10_000], out _));
            }
        }

        using BlobShardCache loaded = BlobShardCache.Load(new MemoryStream(Save(cache)), options);
        for (int i = 1_000; i < 2_500; i++)
        {
            cache.Set(KeyOf(i), ValueOf(i));
            loaded.Set(KeyOf(i), ValueOf(i));
            for (int other = 0; i % 100 == 0 && other <= i; other++)
            {
                Assert.Equal(cache.ContainsKey(KeyOf(other)), loaded.ContainsKey(KeyOf(other)));
            }
        }
    }

    [Fact]
    public void Load_SmallerCache_EvictsAndRefusesTheLargest()
    {
        using BlobShardCache cache = Filled(5_000, shards: 4);
        Assert.True(cache.Set("large", new byte[200_000]));

        using BlobShardCache loaded = Load(Save(cache), MiB, shards: 1);
        Assert.Empty(loaded.Inner.FindViolations());
        Assert.InRange(loaded.Count, 100, 4_999);
        Assert.InRange(loaded.BytesAllocated, 1, MiB);
        Assert.False(loaded.ContainsKey("large"));
        Assert.Equal(1, loaded.GetStatistics().Refused);
    }

    [Fact]
    public void Load_EveryByteChangedAndEveryLength_IsRefused()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = MiB, ShardCount = 1 });
        cache.Set("a", [1, 2, 3]);
        cache.Set("a key of more than fifteen bytes", new byte[20], TimeSpan.FromMinutes(1));
        byte[] file = Save(cache);
        Load(file, MiB).Dispose();
        for (int index = 0; index < file.Length; index++)
        {
            byte[] damaged = [.. file];
            damaged[index] ^= (byte)(1 << (index % 8));
            Refuse(damaged);
            Refuse(file[..index]);
        }
    }

    [Fact]
    public void Load_ValidChecksumsOfInvalidEntries_IsRefused()
    {
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = MiB, ShardCount = 1 });
        cache.Set("a", [1]);
        byte[] file = Save(cache);
        RecordFormat format = BlobCacheFormat.ReadHeader(file);
        int start = RecordFormat.BlockHeaderBytes;
        Seal(static _ => { }, isRefused: false);
        Seal(entry => entry[start + 4] = 7, isRefused: false); // the use
        Seal(entry => entry[start + 4] = 8, isRefused: true);
        Seal(entry => entry[start + 3] = 0x80, isRefused: true); // the life
        Seal(entry => entry[start + 5] = 0x80, isRefused: true); // the length of the key
        Seal(entry => entry[start + 7] = 2, isRefused: true); // the length of the value: the end is missing
        Seal(entry => entry[start + 7] = 0, isRefused: true); // a byte too many
        Seal(static _ => { }, isRefused: true, entries: 0);
        Seal(static _ => { }, isRefused: true, entries: 2);

        void Seal(Action<byte[]> damage, bool isRefused, int entries = 1)
        {
            byte[] block = file[MapFormat.HeaderBytes..^BlobCacheFormat.EndBytes];
            damage(block);
            format.SealBlock(block, 0, entries);
            byte[] other = [.. file[..MapFormat.HeaderBytes], .. block, .. file[^BlobCacheFormat.EndBytes..]];
            if (isRefused)
            {
                Refuse(other);
            }
            else
            {
                Load(other, MiB).Dispose();
            }
        }
    }

    [Fact]
    public void Load_OtherFiles_IsRefusedWithTheReason()
    {
        using BlobShardCache cache = Filled(20, shards: 1);
        byte[] file = Save(cache);
        using BlobShardMap map = new();
        map.Set("a", [1]);
        using MemoryStream ofMap = new();
        map.Save(ofMap);
        using ShardCache<long, long> fixedCache = new(new ShardCacheOptions { MaxEntries = 10 });
        fixedCache.Set(1, 1);
        using MemoryStream ofCache = new();
        fixedCache.Save(ofCache);

        Assert.Contains("BlobShardMap reads it", Refuse(ofMap.ToArray()), StringComparison.Ordinal);
        Assert.Contains("are not text", Refuse(ofCache.ToArray()), StringComparison.Ordinal);
        Assert.Contains(
            "BlobShardCache",
            Assert.Throws<InvalidDataException>(() => BlobShardMap.Load(new MemoryStream(file))).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(
            () => ShardCache<long, long>.Load(new MemoryStream(file), new ShardCacheOptions { MaxEntries = 10 }));
        Assert.Contains("not a saved", Refuse(new byte[200]), StringComparison.Ordinal);
        using SaveFolder folder = new();
        File.WriteAllBytes(folder.PathOf("more"), [.. file, 0]);
        Assert.Throws<InvalidDataException>(() => BlobShardCache.LoadFrom(folder.PathOf("more"), Roomy));
    }

    [Fact]
    public async Task SaveAndLoad_WrongArguments_NameThem()
    {
        using BlobShardCache cache = Filled(20, shards: 1);
        byte[] file = Save(cache);

        Assert.Equal("destination", Assert.Throws<ArgumentNullException>(() => cache.Save(null!)).ParamName);
        Assert.Equal("path", Assert.Throws<ArgumentException>(() => cache.SaveTo("")).ParamName);
        Assert.Equal("source", Assert.Throws<ArgumentNullException>(() => BlobShardCache.Load(null!, Roomy)).ParamName);
        Assert.Equal(
            "options",
            Assert.Throws<ArgumentNullException>(
                () => BlobShardCache.Load(new MemoryStream(file), null!)).ParamName);
        Assert.Equal(
            "options",
            Assert.Throws<ArgumentException>(
                () => BlobShardCache.Load(new MemoryStream(file), new ShardCacheOptions())).ParamName);
        CancellationToken canceled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => BlobShardCache.LoadAsync(new MemoryStream(file), Roomy, cancellationToken: canceled));
        using SaveFolder folder = new();
        string path = folder.AddFile("old");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cache.SaveToAsync(path, cancellationToken: canceled));
        Assert.Equal("old contents of old", await File.ReadAllTextAsync(path));
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.Save(Stream.Null));
    }

    /// <summary>The lengths of other entries drift, so that records are moved together meanwhile.</summary>
    [Fact]
    public void Save_BesideWriters_WritesEveryEntryThatStays()
    {
        const int Stays = 200;
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 4 * MiB, ShardCount = 1 });
        Random random = new(TestSeed.For(nameof(Save_BesideWriters_WritesEveryEntryThatStays)));
        int stayed = 0;
        Race race = new Race(Soak.Time(2)).Until(() => Volatile.Read(ref stayed) >= Stays);
        byte[] value = new byte[5_000];
        byte[] room = new byte[10_000];
        int[] additions = new int[Stays];
        race.Loop("churn", round =>
        {
            // These are used so often that they are rarely evicted.
            if (!cache.TryGetValue(KeyOf(round % Stays), room, out _))
            {
                Volatile.Write(ref additions[round % Stays], additions[round % Stays] + 1);
                cache.Set(KeyOf(round % Stays), ValueOf(round % Stays));
            }

            if (round % 4 == 0)
            {
                int i = random.Next(Stays, 2_500);
                Span<byte> bytes = value.AsSpan(0, 10 + (round / 50 % 1_000) + random.Next(100));
                BlobBytes.Fill(i, bytes);
                cache.Set(KeyOf(i), bytes);
            }
        });
        race.Loop("save", () =>
        {
            int[] before = [.. Enumerable.Range(0, Stays).Select(Additions)];
            using BlobShardCache loaded = Load(Save(cache), 16 * MiB, shards: 1);
            Assert.Empty(loaded.Inner.FindViolations());
            byte[] other = new byte[10_000];
            for (int i = 0; i < Stays; i++)
            {
                if (before[i] != 0 && Additions(i) == before[i])
                {
                    Assert.True(loaded.TryGetValue(KeyOf(i), other, out int length), KeyOf(i));
                    Assert.Equal(ValueOf(i), other[..length]);
                    stayed++;
                }
            }

            for (int i = Stays; i < 2_500; i++)
            {
                if (loaded.TryGetValue(KeyOf(i), other, out int length))
                {
                    Assert.Equal(BlobBytes.Create(i, length), other[..length]);
                }
            }
        });
        race.Run();
        Assert.InRange(stayed, Stays, int.MaxValue);
        Assert.Empty(cache.Inner.FindViolations());

        // 0 if the entry is absent now, or is being added.
        int Additions(int i)
        {
            int count = Volatile.Read(ref additions[i]);
            return cache.ContainsKey(KeyOf(i)) && Volatile.Read(ref additions[i]) == count ? count : 0;
        }
    }

    private static void AssertHas(BlobShardCache cache, int entries)
    {
        byte[] room = new byte[10_000];
        for (int i = 0; i < entries; i++)
        {
            Assert.True(cache.TryGetValue(KeyOf(i), room, out int length), KeyOf(i));
            Assert.Equal(ValueOf(i), room[..length]);
        }
    }

    private static BlobShardCache Filled(int entries, int shards)
    {
        BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = 32 * MiB, ShardCount = shards, Seed = s_seed });
        for (int i = 0; i < entries; i++)
        {
            cache.Set(KeyOf(i), ValueOf(i));
        }

        return cache;
    }

    private static string KeyOf(int i) =>
        i % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{i}")
            : string.Create(CultureInfo.InvariantCulture, $"{i} is a key of more than fifteen bytes");

    private static byte[] ValueOf(int i) => BlobBytes.Create(i, i % 100 == 0 ? 5_000 : i % 700);

    private static byte[] Save(BlobShardCache cache)
    {
        using MemoryStream stream = new();
        cache.Save(stream);
        return stream.ToArray();
    }

    private static BlobShardCache Load(byte[] file, long maxBytes, int shards = 0) =>
        BlobShardCache.Load(
            new MemoryStream(file), new ShardCacheOptions { MaxBytes = maxBytes, ShardCount = shards });

    private static string Refuse(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => Load(file, MiB)).Message;

    private sealed class Reports : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value) => Last = value;
    }
}
