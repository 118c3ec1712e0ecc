using System.Diagnostics.Metrics;
using FastShardMap.Memory;
using FastShardMap.Sharding;

namespace FastShardMap.Diagnostics;

/// <summary>
/// The meter <c>FastShardMap</c>. It has observable instruments, each with one measurement per named map. Names and
/// units follow the conventions of OpenTelemetry (dotted names, singular units in UCUM, counted things in braces).
/// </summary>
/// <remarks>Maps are read only when a listener collects. The number of a map among those of its name tells their
/// measurements apart.</remarks>
internal static class MapMeter
{
    public const string Name = "FastShardMap";
    public const string NameTag = "fastshardmap.map.name";
    public const string InstanceTag = "fastshardmap.map.instance";

    private static readonly ProcessMeter s_meter = new(Name, Publish);

    private delegate T Reading<T>(in ShardMapStatistics statistics)
        where T : struct;

    /// <summary>Creates the instruments, if this is the first call.</summary>
    /// <remarks>Throws what a listener of the program throws. The next call then tries again.</remarks>
    public static void Ensure() => s_meter.Ensure();

    private static void Publish(Meter meter)
    {
        meter.CreateObservableCounter(
            "fastshardmap.undisposed.memory",
            static () => ForgottenMemory.UndisposedBytes,
            "By",
            "Unmanaged memory of undisposed objects that finalizers have released.");
        meter.CreateObservableCounter(
            "fastshardmap.collections",
            static () => ForgottenMemory.Collections,
            "{collection}",
            "Garbage collections that the library has requested because of undisposed memory.");
        meter.CreateObservableUpDownCounter(
            "fastshardmap.huge_page_pool.memory",
            static () => ReadyMemory.Bytes,
            "By",
            "Memory that is kept ready for growing maps.");
        Level(meter, "fastshardmap.map.entries", "{entry}", "Entries.", (in s) => s.Count);
        Level(
            meter,
            "fastshardmap.map.capacity",
            "{entry}",
            "Entries that the current tables can hold before they grow.",
            (in s) => s.Capacity);
        Level(meter, "fastshardmap.map.memory.usage", "By", "Allocated unmanaged memory.", (in s) => s.BytesAllocated);
        Level(
            meter,
            "fastshardmap.map.memory.reserved",
            "By",
            "Reserved address space, including that of retired tables.",
            (in s) => s.AddressSpaceBytes);
        PublishRecords(meter);
        Share(
            meter,
            "fastshardmap.map.load_factor",
            "1",
            "Entries per slot of the current tables.",
            (in s) => s.LoadFactor);
        Count(
            meter,
            "fastshardmap.map.migration.started",
            "{migration}",
            "Migrations started.",
            (in s) => s.MigrationsStarted);
        Count(
            meter,
            "fastshardmap.map.migration.finished",
            "{migration}",
            "Migrations finished.",
            (in s) => s.MigrationsFinished);
        Level(
            meter,
            "fastshardmap.map.migration.active",
            "{shard}",
            "Shards that are migrating.",
            (in s) => s.MigrationsActive);
        Share(
            meter,
            "fastshardmap.map.migration.progress",
            "1",
            "Share of groups that the active migrations have moved.",
            (in s) => s.MigrationProgress);
        Count(
            meter,
            "fastshardmap.map.lock.waits",
            "{wait}",
            "Writes that found their shard's lock taken.",
            (in s) => s.LockWaits);
        Count(
            meter,
            "fastshardmap.map.lock.parks",
            "{park}",
            "Lock waits that were long enough to put the thread to sleep.",
            (in s) => s.Parks);
        Count(
            meter,
            "fastshardmap.map.read.fallbacks",
            "{read}",
            "Reads that took the lock because writers had disturbed them too often.",
            (in s) => s.ReadFallbacks);
        meter.CreateObservableCounter(
            "fastshardmap.map.lock.wait.duration",
            () => Observe(static (in s) => s.LockWaitTime.TotalSeconds),
            "s",
            "Time that writes have waited for locks, summed over all threads.");
        meter.CreateObservableCounter(
            "fastshardmap.map.read.retries",
            () => Observe(static (_, retries, _) => retries),
            "{attempt}",
            "Read attempts that writers disturbed, since the first collection of this instrument.");
        meter.CreateObservableGauge(
            "fastshardmap.map.probe.length",
            () => Observe(static (_, _, probeLength) => probeLength),
            "{group}",
            "Groups between an entry and its home, on average over a sample.");
    }

    // All of them are 0 for maps whose keys have a fixed size.
    private static void PublishRecords(Meter meter)
    {
        Level(
            meter,
            "fastshardmap.map.record.memory.live",
            "By",
            "Memory of the long keys and of the values of any length in the map.",
            (in s) => s.RecordBytesLive);
        Level(
            meter,
            "fastshardmap.map.record.memory.held",
            "By",
            "Memory of all segments and large records.",
            (in s) => s.RecordBytesHeld);
        Level(
            meter,
            "fastshardmap.map.record.memory.free",
            "By",
            "Memory of released records that waits to be used again.",
            (in s) => s.RecordBytesFree);
        Level(
            meter,
            "fastshardmap.map.record.memory.limbo",
            "By",
            "Memory of removed long keys that snapshots may still show.",
            (in s) => s.RecordBytesInLimbo);
        Level(
            meter,
            "fastshardmap.map.record.segments",
            "{segment}",
            "Segments, which contain the bytes of long keys.",
            (in s) => s.RecordSegments);
    }

    private static void Level(Meter meter, string name, string unit, string description, Reading<long> reading) =>
        meter.CreateObservableUpDownCounter(name, () => Observe(reading), unit, description);

    private static void Count(Meter meter, string name, string unit, string description, Reading<long> reading) =>
        meter.CreateObservableCounter(name, () => Observe(reading), unit, description);

    private static void Share(Meter meter, string name, string unit, string description, Reading<double> reading) =>
        meter.CreateObservableGauge(name, () => Observe(reading), unit, description);

    private static List<Measurement<T>> Observe<T>(Reading<T> reading)
        where T : struct => Observe((statistics, _, _) => reading(statistics));

    private static List<Measurement<T>> Observe<T>(Func<ShardMapStatistics, long, double, T> reading)
        where T : struct
    {
        // A listener collects, so from now on disturbed reads write their count to shared memory.
        ShardEvents.CountsReadRetries = true;
        List<Measurement<T>> measurements = [];
        foreach ((IObservedMap map, int instance) in MapRegistry.Named())
        {
            if (map.TryObserve(out ShardMapStatistics statistics, out long retries, out double probeLength))
            {
                measurements.Add(new Measurement<T>(
                    reading(statistics, retries, probeLength),
                    new KeyValuePair<string, object?>(NameTag, map.Name),
                    new KeyValuePair<string, object?>(InstanceTag, instance)));
            }
        }

        return measurements;
    }
}
