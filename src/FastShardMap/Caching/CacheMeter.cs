using System.Diagnostics.Metrics;
using FastShardMap.Diagnostics;

namespace FastShardMap.Caching;

/// <summary>
/// The meter <c>FastShardMap.Cache</c>. It has observable instruments with the names that the framework gives those of
/// its own cache, each with measurements per named cache.
/// </summary>
/// <remarks>Caches are read only when a listener collects.</remarks>
internal static class CacheMeter
{
    public const string Name = "FastShardMap.Cache";
    public const string NameTag = "cache.name";
    public const string InstanceTag = "cache.instance";
    public const string RequestTag = "cache.request.type";
    public const string CauseTag = "cache.eviction.cause";

    private static readonly ProcessMeter s_meter = new(Name, Publish);

    /// <summary>Creates the instruments, if this is the first call.</summary>
    /// <remarks>Throws what a listener of the program throws. The next call then tries again.</remarks>
    public static void Ensure() => s_meter.Ensure();

    private static void Publish(Meter meter)
    {
        meter.CreateObservableCounter(
            "cache.requests",
            static () => Observe(
                RequestTag, ("hit", static (in s) => s.Hits), ("miss", static (in s) => s.Misses)),
            "{request}",
            "Lookups, of caches that count them.");
        meter.CreateObservableCounter(
            "cache.evictions",
            static () => Observe(
                CauseTag,
                ("entries", static (in s) => s.EvictedForEntries),
                ("bytes", static (in s) => s.EvictedForBytes),
                ("trim", static (in s) => s.Trimmed),
                ("expired", static (in s) => s.Expired)),
            "{entry}",
            "Entries that left without being removed by the program.");
        meter.CreateObservableUpDownCounter(
            "cache.entries", static () => Observe(null, (null, static (in s) => s.Count)), "{entry}", "Entries.");
        meter.CreateObservableUpDownCounter(
            "cache.estimated_size",
            static () => Observe(null, (null, static (in s) => s.BytesAllocated)),
            "By",
            "Allocated unmanaged memory.");
    }

    private static List<Measurement<long>> Observe(string? tag, params (string? Value, Reading Of)[] readings)
    {
        List<Measurement<long>> measurements = [];
        foreach ((IObservedMap map, int number) in MapRegistry.Named())
        {
            if (map is not IObservedCache cache || !cache.TryRead(out ShardCacheStatistics read))
            {
                continue;
            }

            KeyValuePair<string, object?> name = new(NameTag, map.Name);
            KeyValuePair<string, object?> instance = new(InstanceTag, number);
            foreach ((string? value, Reading of) in readings)
            {
                measurements.Add(tag is null
                    ? new Measurement<long>(of(read), name, instance)
                    : new Measurement<long>(of(read), name, instance, new KeyValuePair<string, object?>(tag, value)));
            }
        }

        return measurements;
    }

    private delegate long Reading(in ShardCacheStatistics statistics);
}
