using System.Diagnostics.Metrics;

namespace FastShardMap.Tests.Caching;

/// <summary>The meter of named caches.</summary>
public sealed class CacheMeterTests
{
    [Fact]
    public void Instruments_OfANamedCache_MeasureItsStatistics()
    {
        const string Name = "metered cache";
        using ShardCache<long, long> cache =
            new(new ShardCacheOptions { MaxEntries = 10, ShardCount = 1, CountRequests = true, Name = Name });
        for (long key = 0; key < 30; key++)
        {
            cache.Set(key, key);
            cache.TryGetValue(key, out _);
            cache.TryGetValue(-1, out _);
        }

        Assert.Equal(
            [
                ("cache.entries 1", 10), ("cache.estimated_size 1", cache.BytesAllocated),
                ("cache.evictions 1 bytes", 0), ("cache.evictions 1 entries", 20),
                ("cache.evictions 1 expired", 0), ("cache.evictions 1 trim", 0),
                ("cache.requests 1 hit", 30), ("cache.requests 1 miss", 30),
            ],
            Measure(Name));
    }

    [Fact]
    public void Instruments_OfCachesWithOneName_TellThemApart()
    {
        const string Name = "metered twice";
        using ShardCache<int, int> first = new(new ShardCacheOptions { MaxEntries = 10, Name = Name });
        using ShardCache<int, int> second = new(new ShardCacheOptions { MaxEntries = 10, Name = Name });
        first.Set(1, 1);
        second.Set(1, 1);
        second.Set(2, 2);

        Assert.Equal(
            [("cache.entries 1", 1), ("cache.entries 2", 2)],
            Measure(Name).Where(static one => one.What.StartsWith("cache.entries", StringComparison.Ordinal)));
    }

    private static IEnumerable<(string What, long Value)> Measure(string cache)
    {
        Dictionary<string, long> measured = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, subscriber) =>
        {
            if (instrument.Meter.Name == "FastShardMap.Cache")
            {
                subscriber.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Dictionary<string, object?> all = new(tags.ToArray(), StringComparer.Ordinal);
            if (all.Remove("cache.name", out object? name) && (string?)name == cache)
            {
                measured.Add(instrument.Name + string.Concat(all.Values.Select(static tag => $" {tag}")), value);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();

        return measured
            .OrderBy(static one => one.Key, StringComparer.Ordinal)
            .Select(static one => (one.Key, one.Value));
    }
}
