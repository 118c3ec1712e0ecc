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
            if (all.Remove("cache.name", out object? name) && (string?)name == Name)
            {
                measured[instrument.Name + string.Concat(all.Values.Select(static tag => $" {tag}"))] = value;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                ("cache.entries", 10), ("cache.estimated_size", cache.BytesAllocated), ("cache.evictions bytes", 0),
                ("cache.evictions entries", 20), ("cache.evictions expired", 0), ("cache.evictions trim", 0),
                ("cache.requests hit", 30), ("cache.requests miss", 30),
            ],
            measured.OrderBy(static one => one.Key, StringComparer.Ordinal)
                .Select(static one => (one.Key, one.Value)));
    }
}
