using System.Diagnostics.Metrics;

namespace FastShardMap.Near.Diagnostics;

/// <summary>The meter <c>FastShardMap.Near</c> of one near map. Names and units follow the conventions of
/// OpenTelemetry.</summary>
internal sealed class NearMeter : IDisposable
{
    public const string Name = "FastShardMap.Near";
    public const string NameTag = "fastshardmap.near.name";

    /// <summary>Loopback takes a tenth of a millisecond, and the bound of staleness is a second by default.</summary>
    private static readonly double[] s_delayBuckets =
    [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
    ];

    private readonly Meter _meter;
    private readonly Histogram<double> _heartbeats;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Func<NearStatistics> _read;

    public NearMeter(string name, Func<NearStatistics> read, Func<TimeSpan> leaseAge)
    {
        _read = read;
        _tag = new KeyValuePair<string, object?>(NameTag, name);
        _meter = new Meter(new MeterOptions(Name)
        {
            Version = typeof(NearMeter).Assembly.GetName().Version?.ToString(3),
        });
        try
        {
            _heartbeats = Publish(leaseAge);
        }
        catch
        {
            // A listener of the program has thrown; the instruments before would stay for ever.
            _meter.Dispose();
            throw;
        }
    }

    public void RecordHeartbeat(TimeSpan delay) => _heartbeats.Record(delay.TotalSeconds, _tag);

    public void Dispose() => _meter.Dispose();

    private Histogram<double> Publish(Func<TimeSpan> leaseAge)
    {
        Count("hits", "{read}", "Reads that a near copy answered, if they are counted.", s => s.Hits);
        Count("misses", "{read}", "Reads that asked the engine.", s => s.Misses);
        Count("joined", "{read}", "Reads that waited for another read of the same key.", s => s.Joined);
        Count("fills", "{fill}", "Near copies that were stored.", s => s.Fills);
        Count("fills.refused", "{fill}", "Answers that were not stored, as the key may have changed.",
            s => s.RefusedFills);
        Count("invalidations", "{invalidation}", "Reported changes of keys.", s => s.Invalidations);
        Count("format_errors", "{error}", "Reads of bytes that are not a value of the map.", s => s.FormatErrors);
        Count("suspensions", "{suspension}", "How often the map stopped serving near copies.", s => s.Suspensions);
        _meter.CreateObservableUpDownCounter(
            "fastshardmap.near.entries", () => Read(static s => s.Entries), "{entry}", "Near copies.");
        _meter.CreateObservableUpDownCounter(
            "fastshardmap.near.memory.usage",
            () => Read(static s => s.BytesAllocated),
            "By",
            "Unmanaged memory for near copies.");
        _meter.CreateObservableGauge(
            "fastshardmap.near.lease.age",
            () => new Measurement<double>(leaseAge().TotalSeconds, _tag),
            "s",
            "Time since the last heartbeat that came back was sent; negative while there is none.");
        return _meter.CreateHistogram<double>(
            "fastshardmap.near.invalidation.delay",
            "s",
            "Time from the write of a heartbeat until it is reported as an invalidation.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = s_delayBuckets });
    }

    private void Count(string name, string unit, string description, Func<NearStatistics, long> reading) =>
        _meter.CreateObservableCounter($"fastshardmap.near.{name}", () => Read(reading), unit, description);

    // Nothing if the map is disposed while a listener collects.
    private IEnumerable<Measurement<long>> Read(Func<NearStatistics, long> reading)
    {
        try
        {
            return [new Measurement<long>(reading(_read()), _tag)];
        }
        catch (ObjectDisposedException)
        {
            return [];
        }
    }
}
