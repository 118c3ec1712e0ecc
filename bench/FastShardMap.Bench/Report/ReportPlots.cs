using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Drive;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Memory;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Report;

/// <summary>Makes plots of results.</summary>
internal sealed class ReportPlots(MachineInfo machine)
{
    /// <summary>
    /// About what a pair of two words takes in the shard map: turns a cache's bytes into a number of pairs.
    /// </summary>
    private const double BytesPerPairGuess = 24;

    private const double Million = 1e6;
    private const double Microsecond = 1e3;
    private const double Millisecond = 1e6;

    private readonly string _where = $"{machine.Cpu}, {machine.Isa}";

    public LinePlot TimeBySize(CompareResults results, string kind, string name, string what)
    {
        Curve Of(string title, Func<Figure, Spread> value, bool isDashed = false)
        {
            List<(double X, double Y)> points = new();
            foreach (LookupSize size in LookupSize.AllAndMore)
            {
                Figure? figure = results.Figures.Find(one => string.Equals(
                    one.Id, $"{kind}-{size.Name}", StringComparison.Ordinal));
                if (figure is not null && value(figure).HasValue)
                {
                    points.Add((size.Pairs, value(figure).Median));
                }
            }

            return new Curve(title, points, isDashed);
        }

        return new LinePlot(name, $"{what}, 8+8 bytes\n{_where}")
        {
            XLabel = "pairs in the map",
            YLabel = "nanoseconds",
            IsXLogarithmic = true,
            IsYLogarithmic = true,
            Curves =
            [
                Of("ShardMap", figure => figure.Ours),
                Of("ConcurrentDictionary", figure => figure.Theirs),
                Of("floor: hash + load", figure => figure.Floor, isDashed: true),
            ],
            Landmarks = [.. CacheSizes()],
        };
    }

    public LinePlot ThroughputByThreads(IReadOnlyList<DriveResult> results, string mix, string keys) =>
        new($"throughput-{mix.ToLowerInvariant()}-{keys}", $"Throughput, mix {mix}, {keys} keys\n{_where}")
        {
            XLabel = "threads",
            YLabel = "million operations a second",
            Curves =
            [
                .. Of(results, mix, keys)
                    .Where(result => result.OperationsPerSecond.HasValue)
                    .GroupBy(result => result.Map, StringComparer.Ordinal)
                    .Select(group => new Curve(
                        group.Key,
                        [
                            .. group.Select(result =>
                                ((double)result.Threads, result.OperationsPerSecond.Median / Million)),
                        ])),
            ],
            Ticks =
            [
                .. results.Select(result => result.Threads).Distinct().Order().Select(n => ((double)n, $"{n}")),
            ],
        };

    public LinePlot LatencyCurves(IReadOnlyList<DriveResult> results, string mix, string keys, int threads) =>
        Percentiles(
            $"latency-{mix.ToLowerInvariant()}-{keys}",
            $"Latency, mix {mix}, {keys} keys, {threads} thread(s)\n{_where}",
            [
                .. Of(results, mix, keys).Where(result => result.Threads == threads).Select(result =>
                {
                    LatencyHistogram all = new();
                    foreach ((_, LatencyHistogram latencies) in result.Latencies)
                    {
                        all.Add(latencies);
                    }

                    return (result.Map, all);
                }),
            ]);

    public LinePlot GrowthCurves(IReadOnlyList<GrowthResult> results, LatencyHistogram gaps) => Percentiles(
        "growth-latency",
        $"Inserts while growing from empty\n{_where}",
        [
            .. results.Where(result => result.Readers == 0).Select(result => (result.Map, result.Inserts)),
            (DriveSession.MachineLabel, gaps),
        ]);

    public BarPlot LongestPauses(IReadOnlyList<GrowthResult> results, LatencyHistogram gaps) =>
        new("growth-pauses", $"Longest operation while growing from empty\n{_where}")
        {
            YLabel = "milliseconds",
            IsYLogarithmic = true,
            Series = ["insert", "insert with a reader", "read meanwhile"],
            Groups =
            [
                .. results.GroupBy(result => result.Map, StringComparer.Ordinal).Select(group =>
                {
                    GrowthResult? alone = group.FirstOrDefault(result => result.Readers == 0);
                    GrowthResult? shared = group.FirstOrDefault(result => result.Readers > 0);
                    double[] values =
                        [Longest(alone?.Inserts), Longest(shared?.Inserts), Longest(shared?.Reads)];
                    return (group.Key, values);
                }),
                (DriveSession.MachineLabel, [Longest(gaps), double.NaN, double.NaN]),
            ],
        };

    public BarPlot BytesPerPair(IReadOnlyList<MemoryReading> readings) =>
        new("memory", $"Physical memory per pair of 16 bytes\n{_where}")
        {
            YLabel = "bytes per pair (resident set)",
            Series = ["reserved", "grown", "worst moment of growth"],
            Groups =
            [
                .. ByMapAndSize(readings).Select(group =>
                {
                    MemoryReading? reserved = group.FirstOrDefault(reading => reading.IsReserved);
                    MemoryReading? grown = group.FirstOrDefault(reading => !reading.IsReserved);
                    return (group.Key, (double[])
                    [
                        reserved?.ResidentBytesPerPair ?? double.NaN,
                        grown?.ResidentBytesPerPair ?? double.NaN,
                        grown?.WorstResidentBytesPerPair ?? double.NaN,
                    ]);
                }),
            ],
        };

    public BarPlot FullCollections(IReadOnlyList<MemoryReading> readings) =>
        new("full-gc", $"One full blocking collection\n{_where}")
        {
            YLabel = "milliseconds",
            IsYLogarithmic = true,
            Series = ["without the map", "with the map"],
            Groups =
            [
                .. ByMapAndSize(readings).Select(group => (group.Key, (double[])
                [
                    Spread.Of(group.First().FullGcWithoutMilliseconds).Median,
                    Spread.Of(group.First().FullGcWithMilliseconds).Median,
                ])),
            ],
        };

    private static LinePlot Percentiles(
        string name, string title, IReadOnlyList<(string Title, LatencyHistogram Latencies)> histograms) =>
        new(name, title)
        {
            XLabel = "percentile",
            YLabel = "microseconds",
            IsXLogarithmic = true,
            IsYLogarithmic = true,
            HasMarks = false,
            Ticks =
            [
                (1, "0"), (10, "90"), (100, "99"), (1e3, "99.9"), (1e4, "99.99"), (1e5, "99.999"), (1e6, "99.9999"),
            ],
            Curves =
            [
                .. histograms.Where(one => one.Latencies.Count > 0).Select(one => new Curve(
                    one.Title,
                    [
                        .. PercentileCurve.Of(one.Latencies)
                            .Select(point => (point.OneIn, point.Nanoseconds / Microsecond)),
                    ],
                    IsDashed: string.Equals(one.Title, DriveSession.MachineLabel, StringComparison.Ordinal))),
            ],
        };

    private static IEnumerable<DriveResult> Of(IReadOnlyList<DriveResult> results, string mix, string keys) =>
        results.Where(result =>
            string.Equals(result.Mix, mix, StringComparison.Ordinal) &&
            string.Equals(result.Distribution, keys, StringComparison.Ordinal));

    private static IEnumerable<IGrouping<string, MemoryReading>> ByMapAndSize(IReadOnlyList<MemoryReading> readings) =>
        readings.GroupBy(reading => $"{reading.Label}, {Units.Count(reading.Pairs)}", StringComparer.Ordinal);

    private static double Longest(LatencyHistogram? latencies) => latencies is { Count: > 0 }
        ? LatencyHistogram.ToNanoseconds(latencies.MaxTicks) / Millisecond
        : double.NaN;

    private IEnumerable<(double Pairs, string Label)> CacheSizes() =>
        machine.CacheBytes().Select(cache => (cache.Bytes / BytesPerPairGuess, cache.Level));
}
