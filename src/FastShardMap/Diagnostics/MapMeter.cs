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

    private static readonly Meter s_meter = new(Name, typeof(MapMeter).Assembly.GetName().Version?.ToString(3));

    private delegate T Reading<T>(in ShardMapStatistics statistics)
        where T : struct;

    /// <summary>Creates the instruments. Called once.</summary>
    public static void Start()
    {
        LibraryUnloading.Register(s_meter.Dispose); // the framework references every meter, and through it this library
        s_meter.CreateObservableCounter(
            "fastshardmap.undisposed.memory",
            static () => ForgottenMemory.UndisposedBytes,
            "By",
            "Unmanaged memory of undisposed objects that finalizers have released.");
        s_meter.CreateObservableCounter(
            "fastshardmap.collections",
            static () => ForgottenMemory.Collections,
            "{collection}",
            "Garbage collections that the library has requested because of undisposed memory.");
        s_meter.CreateObservableUpDownCounter(
            "fastshardmap.huge_page_pool.memory",
            static () => ReadyMemory.Bytes,
            "By",
            "Memory that is kept ready for growing maps.");
        Level("fastshardmap.map.entries", "{entry}", "Entries.", (in s) => s.Count);
        Level(
            "fastshardmap.map.capacity",
            "{entry}",
            "Entries that the current tables can hold before they grow.",
            (in s) => s.Capacity);
        Level("fastshardmap.map.memory.usage", "By", "Allocated unmanaged memory.", (in s) => s.BytesAllocated);
        Level(
            "fastshardmap.map.memory.reserved",
            "By",
            "Reserved address space, including that of retired tables.",
            (in s) => s.AddressSpaceBytes);
        StartRecords();
        Share("fastshardmap.map.load_factor", "1", "Entries per slot of the current tables.", (in s) => s.LoadFactor);
        Count(
            "fastshardmap.map.migration.started",
            "{migration}",
            "Migrations started.",
            (in s) => s.MigrationsStarted);
        Count(
            "fastshardmap.map.migration.finished",
            "{migration}",
            "Migrations finished.",
            (in s) => s.MigrationsFinished);
        Level(
            "fastshardmap.map.migration.active",
            "{shard}",
            "Shards that are migrating.",
            (in s) => s.MigrationsActive);
        Share(
            "fastshardmap.map.migration.progress",
            "1",
            "Share of groups that the active migrations have moved.",
            (in s) => s.MigrationProgress);
        Count(
            "fastshardmap.map.lock.waits",
            "{wait}",
            "Writes that found their shard's lock taken.",
            (in s) => s.LockWaits);
        Count(
            "fastshardmap.map.lock.parks",
            "{park}",
            "Lock waits that were long enough to put the thread to sleep.",
            (in s) => s.Parks);
        Count(
            "fastshardmap.map.read.fallbacks",
            "{read}",
            "Reads that took the lock because writers had disturbed them too often.",
            (in s) => s.ReadFallbacks);
        s_meter.CreateObservableCounter(
            "fastshardmap.map.lock.wait.duration",
            () => Observe(static (in s) => s.LockWaitTime.TotalSeconds),
            "s",
            "Time that writes have waited for locks, summed over all threads.");
        s_meter.CreateObservableCounter(
            "fastshardmap.map.read.retries",
            () => Observe(static (_, retries, _) => retries),
            "{attempt}",
            "Read attempts that writers disturbed, since the first collection of this instrument.");
        s_meter.CreateObservableGauge(
            "fastshardmap.map.probe.length",
            () => Observe(static (_, _, probeLength) => probeLength),
            "{group}",
            "Groups between an entry and its home, on average over a sample.");
    }

    // All of them are 0 for maps whose keys have a fixed size.
    private static void StartRecords()
    {
        Level(
            "fastshardmap.map.record.memory.live",
            "By",
            "Memory of the long keys and of the values of any length in the map.",
            (in s) => s.RecordBytesLive);
        Level(
            "fastshardmap.map.record.memory.held",
            "By",
            "Memory of all segments and large records.",
            (in s) => s.RecordBytesHeld);
        Level(
            "fastshardmap.map.record.memory.free",
            "By",
            "Memory of released records that waits to be used again.",
            (in s) => s.RecordBytesFree);
        Level(
            "fastshardmap.map.record.memory.limbo",
            "By",
            "Memory of removed long keys that snapshots may still show.",
            (in s) => s.RecordBytesInLimbo);
        Level(
            "fastshardmap.map.record.segments",
            "{segment}",
            "Segments, which contain the bytes of long keys.",
            (in s) => s.RecordSegments);
    }

    private static void Level(string name, string unit, string description, Reading<long> reading) =>
        s_meter.CreateObservableUpDownCounter(name, () => Observe(reading), unit, description);

    private static void Count(string name, string unit, string description, Reading<long> reading) =>
        s_meter.CreateObservableCounter(name, () => Observe(reading), unit, description);

    private static void Share(string name, string unit, string description, Reading<double> reading) =>
        s_meter.CreateObservableGauge(name, () => Observe(reading), unit, description);

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
