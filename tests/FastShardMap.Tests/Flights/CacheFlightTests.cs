using FastShardMap.Tests.Caching;
using Cache = FastShardMap.ShardCache<long, long>;

#pragma warning disable CA2012 // when a call throws or completes is what is tested

namespace FastShardMap.Tests.Flights;

/// <summary>GetOrAddAsync of a cache.</summary>
public sealed class CacheFlightTests : FlightContract
{
    [Fact]
    public async Task GetOrAddAsync_TimeToLive_CountsFromTheEndOfTheFactory()
    {
        ManualTime time = new();
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 10, TimeProvider = time });
        ValueTask<long> added = cache.GetOrAddAsync(
            1,
            (key, _) =>
            {
                time.Move(TimeSpan.FromMinutes(5));
                return new ValueTask<long>(key);
            },
            TimeSpan.FromMinutes(1));

        Assert.Equal(1, await added);
        time.Move(TimeSpan.FromSeconds(59));
        Assert.True(cache.TryPeek(1, out _));
        time.Move(TimeSpan.FromSeconds(2));
        Assert.False(cache.TryPeek(1, out _));
        Assert.Equal(2, await cache.GetOrAddAsync(1, static (_, _) => new ValueTask<long>(2)));
        foreach (TimeSpan wrong in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(-3), TimeSpan.MaxValue])
        {
            Assert.Equal(
                "timeToLive",
                Assert.Throws<ArgumentOutOfRangeException>(
                    () => cache.GetOrAddAsync(1, static (_, _) => default, wrong)).ParamName);
        }
    }

    [Fact]
    public async Task GetOrAddAsync_FullCache_EvictsAndCountsOneRequestPerCall()
    {
        using Cache cache = new(new ShardCacheOptions { MaxEntries = 10, CountRequests = true });
        for (long key = 0; key < 100; key++)
        {
            Assert.Equal(key, await cache.GetOrAddAsync(key, static (k, _, _) => new ValueTask<long>(k), ""));
            Assert.Equal(key, await cache.GetOrAddAsync(key, static (_, _) => default));
        }

        ShardCacheStatistics statistics = cache.GetStatistics();
        Assert.Equal((100, 100, 100), (statistics.Hits, statistics.Misses, statistics.Added));
        Assert.InRange(cache.Count, 1, 10);
        Assert.Empty(cache.FindViolations());
    }

    protected override IFlightMap Create() => new Map();

    private sealed class Map : IFlightMap
    {
        private readonly Cache _cache = new(new ShardCacheOptions { MaxEntries = 1000, ShardCount = 1 });

        public int FlightCount => _cache.FlightCount;

        public bool TryGetValue(long key, out long value) => _cache.TryGetValue(key, out value);

        public void Set(long key, long value) => _cache.Set(key, value);

        public bool TryRemove(long key) => _cache.TryRemove(key, out _);

        public void InCallback(long key, Action action) => _cache.TryUpdate(key, (ref _, _) => action(), 0);

        public ValueTask<long> GetOrAddAsync(
            long key,
            Func<long, CancellationToken, ValueTask<long>> valueFactory,
            CancellationToken cancellationToken = default) =>
            _cache.GetOrAddAsync(key, valueFactory, cancellationToken: cancellationToken);

        public ValueTask<long> GetOrAddAsync(
            long key, Func<long, string, CancellationToken, ValueTask<long>> valueFactory, string factoryArgument) =>
            _cache.GetOrAddAsync(key, valueFactory, factoryArgument);

        public void Dispose() => _cache.Dispose();
    }
}
