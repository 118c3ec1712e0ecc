using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FastShardMap.Extensions.Tests;

/// <summary>HybridCache over a bounded cache.</summary>
public sealed class HybridCacheTests
{
    private readonly record struct Point(int X, long Y);

    [Fact]
    public async Task GetOrCreateAsync_ValuesOfAllKinds_RunTheFactoryOnceAndComeBack()
    {
        await using ServiceProvider services = Build();
        HybridCache cache = services.GetRequiredService<HybridCache>();
        BlobShardCache bounded = services.GetRequiredService<BlobShardCache>();
        int factories = 0;
        for (int call = 0; call < 3; call++)
        {
            Assert.Equal(
                new Point(1, 2),
                await cache.GetOrCreateAsync("point", _ => new ValueTask<Point>(Made(new Point(1, 2)))));
            Assert.Equal("text", await cache.GetOrCreateAsync("text", _ => new ValueTask<string>(Made("text"))));
            int[] numbers = await cache.GetOrCreateAsync("numbers", _ => new ValueTask<int[]>(Made<int[]>([1, 2, 3])));
            Assert.Equal([1, 2, 3], numbers.AsEnumerable());
            AwaitStored(bounded, entries: 3);
        }

        Assert.Equal(3, factories);
        await cache.RemoveAsync("point");
        Assert.Equal(
            new Point(5, 6), await cache.GetOrCreateAsync("point", static _ => new ValueTask<Point>(new Point(5, 6))));

        T Made<T>(T value)
        {
            factories++;
            return value;
        }
    }

    /// <summary>The local cache of HybridCache would still have the value. Flags of a call replace those of the
    /// registration.</summary>
    [Theory]
    [InlineData(null, 2)]
    [InlineData(HybridCacheEntryFlags.DisableLocalCache, 2)]
    [InlineData(HybridCacheEntryFlags.DisableCompression, 1)]
    public async Task GetOrCreateAsync_EntryIsGone_RunsTheFactoryUnlessFlagsAllowALocalCopy(
        HybridCacheEntryFlags? flags, int expected)
    {
        await using ServiceProvider services = Build();
        HybridCache cache = services.GetRequiredService<HybridCache>();
        BlobShardCache bounded = services.GetRequiredService<BlobShardCache>();
        HybridCacheEntryOptions options = new() { Expiration = TimeSpan.FromHours(1), Flags = flags };
        int factories = 0;
        for (int call = 0; call < 2; call++)
        {
            Assert.Equal(7, await cache.GetOrCreateAsync("key", _ => new ValueTask<long>(Made()), options));
            if (call == 0)
            {
                AwaitStored(bounded, entries: 1);
                bounded.Clear();
            }
        }

        Assert.Equal(expected, factories);

        long Made()
        {
            factories++;
            return 7;
        }
    }

    [Fact]
    public async Task GetOrCreateAsync_ValueOfAnotherSize_ThrowsInvalidData()
    {
        await using ServiceProvider services = Build();
        HybridCache cache = services.GetRequiredService<HybridCache>();
        await cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(7));
        AwaitStored(services.GetRequiredService<BlobShardCache>(), entries: 1);

        await Assert.ThrowsAsync<InvalidDataException>(
            async () => await cache.GetOrCreateAsync("key", static _ => new ValueTask<Point>(new Point(1, 2))));
    }

    [Fact]
    public void Deserialize_DataOfAnotherSize_ThrowsInvalidData()
    {
        using ServiceProvider services = Build();
        Assert.True(services.GetServices<IHybridCacheSerializerFactory>().Last()
            .TryCreateSerializer(out IHybridCacheSerializer<Point>? serializer));
        ArrayBufferWriter<byte> writer = new();
        serializer.Serialize(new Point(1, 2), writer);
        byte[] bytes = writer.WrittenSpan.ToArray();

        Assert.Equal(16, bytes.Length);
        Assert.Equal(new Point(1, 2), serializer.Deserialize(Segments(bytes[..5], bytes[5..])));
        foreach (int length in (int[])[0, 15, 17])
        {
            Assert.Throws<InvalidDataException>(
                () => serializer.Deserialize(new ReadOnlySequence<byte>(new byte[length])));
        }
    }

    [Fact]
    public async Task GetOrCreateAsync_ManyCallsAtOnce_RunOneFactory()
    {
        await using ServiceProvider services = Build();
        HybridCache cache = services.GetRequiredService<HybridCache>();
        TaskCompletionSource<long> value = new();
        int factories = 0;
        Task<long>[] calls = [.. Enumerable.Range(0, 20).Select(_ => cache.GetOrCreateAsync("key", _ =>
        {
            Interlocked.Increment(ref factories);
            return new ValueTask<long>(value.Task);
        }).AsTask())];
        value.SetResult(7);

        Assert.All(await Task.WhenAll(calls), static result => Assert.Equal(7, result));
        Assert.Equal(1, factories);
    }

    /// <summary>An early release of HybridCache logged its entries as invalid when its local cache was off.</summary>
    [Fact]
    public async Task GetOrCreateAsync_LocalCacheOff_LogsNoWarning()
    {
        LogLines log = new();
        await using ServiceProvider services = Build(log);
        HybridCache cache = services.GetRequiredService<HybridCache>();
        for (int call = 0; call < 50; call++)
        {
            await cache.GetOrCreateAsync($"key {call % 10}", static _ => new ValueTask<Point>(new Point(1, 2)));
            await cache.GetOrCreateAsync($"text {call % 10}", static _ => new ValueTask<string>("text"));
        }

        Assert.DoesNotContain(log.Lines, static line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task GetOrCreateAsync_MoreThanTheLimit_KeepsTheLimitOfBytes()
    {
        await using ServiceProvider services = Build();
        HybridCache cache = services.GetRequiredService<HybridCache>();
        byte[] value = new byte[10_000];
        for (int key = 0; key < 2_000; key++)
        {
            Assert.Equal(value, await cache.GetOrCreateAsync($"key {key}", _ => new ValueTask<byte[]>(value)));
        }

        BlobShardCache bounded = services.GetRequiredService<BlobShardCache>();
        Assert.InRange(bounded.Count, 1, 1_999);
        Assert.InRange(bounded.BytesAllocated, 1, bounded.MaxBytes);
    }

    [Fact]
    public async Task DistributedCache_AllForms_StoreGetAndRemove()
    {
        await using ServiceProvider services = Build();
        IBufferDistributedCache cache =
            Assert.IsAssignableFrom<IBufferDistributedCache>(services.GetRequiredService<IDistributedCache>());
        DistributedCacheEntryOptions options = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(9999) };
        cache.Set("a", [1, 2], options);
        await cache.SetAsync("b", [3], new DistributedCacheEntryOptions());
        await cache.SetAsync("c", Segments([4, 5], [6]), options);

        Assert.Equal([1, 2], cache.Get("a")!.AsEnumerable());
        Assert.Equal([3], (await cache.GetAsync("b"))!.AsEnumerable());
        ArrayBufferWriter<byte> writer = new();
        Assert.True(await cache.TryGetAsync("c", writer));
        Assert.Equal([4, 5, 6], writer.WrittenSpan.ToArray().AsEnumerable());
        Assert.Null(cache.Get("d"));
        cache.Remove("a");
        await cache.RemoveAsync("b");
        Assert.True(cache.Get("a") is null && cache.Get("b") is null);
        cache.Set("c", [9], new DistributedCacheEntryOptions { AbsoluteExpiration = DateTimeOffset.UnixEpoch });
        Assert.Null(cache.Get("c"));
        Assert.Throws<NotSupportedException>(() => cache.Set(
            "e", [1], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(1) }));
        Assert.Throws<ArgumentNullException>(() => cache.Set(null!, [1], options));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cache.GetAsync("a", new CancellationToken(canceled: true)));
    }

    [Fact]
    public void AddShardMapHybridCache_WrongOptions_AreRefused()
    {
        ServiceCollection services = new();
        Assert.Throws<ArgumentNullException>(() => services.AddShardMapHybridCache(null!));
        services.AddShardMapHybridCache(static _ => { });
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Throws<ArgumentException>(() => provider.GetRequiredService<BlobShardCache>());
    }

    private static ServiceProvider Build(LogLines? log = null)
    {
        ServiceCollection services = new();
        if (log is not null)
        {
            services.AddLogging(builder => builder.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        }

        services.AddShardMapHybridCache(static options => options.MaxBytes = 4 << 20);
        return services.BuildServiceProvider();
    }

    /// <summary>HybridCache stores a value after it has returned it.</summary>
    private static void AwaitStored(BlobShardCache cache, int entries) => Assert.True(
        SpinWait.SpinUntil(() => cache.Count == entries, TimeSpan.FromSeconds(60)), $"{cache.Count} entries");

    private static ReadOnlySequence<byte> Segments(byte[] first, byte[] second)
    {
        Segment start = new(first, 0);
        Segment end = start.Append(second);
        return new ReadOnlySequence<byte>(start, 0, end, second.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long index) => (Memory, RunningIndex) = (bytes, index);

        public Segment Append(byte[] bytes)
        {
            Segment next = new(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
