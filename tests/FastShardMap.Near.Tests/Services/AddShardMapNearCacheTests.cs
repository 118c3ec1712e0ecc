using System.Buffers;
using System.Globalization;
using FastShardMap.Near.DependencyInjection;
using FastShardMap.Near.Tests.Support;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using NearHybridCache;

namespace FastShardMap.Near.Tests.Services;

/// <summary>HybridCache over a near map, in several instances of a service.</summary>
public class AddShardMapNearCacheTests(Engines engines)
{
    private static readonly HybridCacheEntryOptions s_minutes = new() { Expiration = TimeSpan.FromMinutes(5) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(EngineKind.Garnet)]
    [InlineData(EngineKind.RedisTracking)]
    public async Task GetOrCreateAsync_InTwoInstances_RunsTheFactoryOnceAndDropsCopiesOfBoth(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        options.CountHits = true;
        await using ServiceProvider first = Instance(options);
        await using ServiceProvider second = Instance(options);
        HybridCache one = first.GetRequiredService<HybridCache>();
        HybridCache two = second.GetRequiredService<HybridCache>();
        NearBytes near = second.GetRequiredService<NearBytes>();
        int factories = 0;

        Assert.Equal("text 1", await TextAsync(one));
        await StoredAsync("text");
        Assert.Equal("text 1", await TextAsync(two));
        Assert.Equal("text 1", await TextAsync(one));
        Assert.Equal(1, factories);
        Price price = await one.GetOrCreateAsync(
            "price", static _ => new ValueTask<Price>(new Price(3, 4)), s_minutes, cancellationToken: Token);
        await StoredAsync("price");
        Assert.Equal(price, await two.GetOrCreateAsync(
            "price", static _ => new ValueTask<Price>(default(Price)), s_minutes, cancellationToken: Token));

        long before = near.GetStatistics().Hits;
        await Wait.UntilAsync(
            async () => await TextAsync(two) == "text 1" && near.GetStatistics().Hits > before, "a near hit");

        await one.RemoveAsync("text", Token);
        await Wait.UntilAsync(async () => await TextAsync(two) == "text 2", "the other instance makes it anew");
        await StoredAsync("text");
        await two.SetAsync("text", "set", s_minutes, cancellationToken: Token);
        await Wait.UntilAsync(async () => await TextAsync(one) == "set", "the first instance sees the new value");
        Assert.Equal(2, factories);

        // HybridCache stores an entry when it has returned it already.
        Task StoredAsync(string key) => Wait.UntilAsync(
            async () => (await near.GetAsync(key, Freshness.Engine, Token)).Found, "the entry is stored");

        ValueTask<string> TextAsync(HybridCache cache) => cache.GetOrCreateAsync(
            "text",
            _ => new ValueTask<string>($"text {Interlocked.Increment(ref factories)}"),
            s_minutes,
            cancellationToken: Token);
    }

    [Fact]
    public async Task DistributedCache_AllOperations_AreThoseOfTheMap()
    {
        await using ServiceProvider provider = Instance(await engines.OptionsAsync(EngineKind.Garnet));
        IBufferDistributedCache cache = (IBufferDistributedCache)provider.GetRequiredService<IDistributedCache>();
        DistributedCacheEntryOptions minutes = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) };
        DistributedCacheEntryOptions past = new() { AbsoluteExpiration = DateTimeOffset.UtcNow.AddDays(-1) };
        DistributedCacheEntryOptions sliding = new() { SlidingExpiration = TimeSpan.FromMinutes(5) };
        ArrayBufferWriter<byte> written = new();

        Assert.Null(cache.Get("k"));
        Assert.False(cache.TryGet("k", written));
        cache.Set("k", [1, 2], minutes);
        Assert.Equal([1, 2], cache.Get("k"));
        await cache.SetAsync("k", TwoSegments(), minutes, Token);
        Assert.True(await cache.TryGetAsync("k", written, Token));
        Assert.Equal([3, 4, 5], written.WrittenSpan.ToArray());
        await Assert.ThrowsAsync<NotSupportedException>(() => cache.SetAsync("k", [6], sliding, Token));
        Assert.Equal([3, 4, 5], await cache.GetAsync("k", Token));
        cache.Refresh("k");
        await cache.SetAsync("k", [7], past, Token);
        Assert.Null(await cache.GetAsync("k", Token));
        cache.Set("k", [8], new DistributedCacheEntryOptions());
        cache.Remove("k");
        Assert.Null(cache.Get("k"));
        Assert.Throws<ArgumentNullException>("value", () => cache.Set("k", null!, minutes));
        Assert.Throws<ArgumentNullException>("key", () => cache.Get(null!));
    }

    /// <summary>The engine is away after the start: the factory runs, and no call fails.</summary>
    [Fact]
    public async Task GetOrCreateAsync_EngineAway_RunsTheFactory()
    {
        await using Relay relay = await engines.RelayToAsync(EngineKind.Garnet);
        NearMapOptions options = new(
            await engines.ConfigurationThroughAsync(EngineKind.Garnet, relay), Engines.NewPrefix())
        {
            ConnectTimeout = TimeSpan.FromMinutes(1),
            OperationTimeout = TimeSpan.FromSeconds(2),
        };
        await using ServiceProvider provider = Instance(options);
        HybridCache cache = provider.GetRequiredService<HybridCache>();
        Assert.Equal(1, await cache.GetOrCreateAsync(
            "k", static _ => new ValueTask<int>(1), s_minutes, cancellationToken: Token));
        relay.Refuse();
        await Wait.UntilAsync(
            () => provider.GetRequiredService<NearBytes>().State == NearState.Suspended, "the map is suspended");

        Assert.Equal(2, await cache.GetOrCreateAsync(
            "k", static _ => new ValueTask<int>(2), s_minutes, cancellationToken: Token));
    }

    [Fact]
    public void AddShardMapNearCache_BadArguments_NamesThem()
    {
        ServiceCollection services = new();

        Assert.Throws<ArgumentNullException>(
            "services", () => NearCacheServiceCollectionExtensions.AddShardMapNearCache(null!, "cache"));
        Assert.Throws<ArgumentNullException>("name", () => services.AddShardMapNearCache(null!));
        Assert.Throws<ArgumentException>("name", () => services.AddShardMapNearBytes(""));
        Assert.Throws<ArgumentNullException>(
            "options",
            () => services.AddShardMapNearCache("cache", (Func<IServiceProvider, NearMapOptions>)null!));
        Assert.Empty(services);
        services.AddShardMapNearCache("cache");
        Assert.Throws<ArgumentException>("name", () => services.AddShardMapNearBytes("cache"));
    }

    [Fact]
    public async Task Sample_TwoInstances_ShareReports()
    {
        StringWriter output = new(CultureInfo.InvariantCulture);

        Assert.True(
            await Demo.RunAsync(await engines.ConfigurationOfAsync(EngineKind.Garnet), output), output.ToString());
    }

    private static ServiceProvider Instance(NearMapOptions options)
    {
        ServiceCollection services = new();
        services.AddShardMapNearCache("cache", _ => options);
        return services.BuildServiceProvider();
    }

    private static ReadOnlySequence<byte> TwoSegments()
    {
        Segment first = new([3]);
        return new ReadOnlySequence<byte>(first, 0, first.Follow([4, 5]), 2);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes) => Memory = bytes;

        public Segment Follow(byte[] bytes)
        {
            Segment next = new(bytes) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
