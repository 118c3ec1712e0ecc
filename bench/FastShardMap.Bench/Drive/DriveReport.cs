using System.Globalization;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Drive;

/// <summary>Shows what drivers measured: throughput and latency, one row for a map and kind of operation.</summary>
internal static class DriveReport
{
    private static readonly (string Name, double Fraction)[] Percentiles =
    [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999), ("p99.999", 0.99999),
        ("max", 1),
    ];

    private static readonly string[] DriveHeader =
        ["mix", "keys", "threads", "map", "million op/s (min .. max)", "operation", .. PercentileNames()];

    private static readonly string[] GrowthHeader =
        ["map", "readers", "operation", "longest, median", .. PercentileNames()];

    public static void Print(Terminal terminal, IReadOnlyList<DriveResult> results) =>
        terminal.WriteTable(DriveHeader, Rows(results));

    public static void Print(Terminal terminal, IReadOnlyList<GrowthResult> results, LatencyHistogram gaps) =>
        terminal.WriteTable(GrowthHeader, Rows(results, gaps));

    public static string ToMarkdown(IReadOnlyList<DriveResult> results) =>
        MarkdownTable.Of(DriveHeader, Rows(results));

    public static string ToMarkdown(IReadOnlyList<GrowthResult> results, LatencyHistogram gaps) =>
        MarkdownTable.Of(GrowthHeader, Rows(results, gaps));

    private static IEnumerable<string> PercentileNames() => Percentiles.Select(percentile => percentile.Name);

    private static IEnumerable<string[]> Rows(IReadOnlyList<DriveResult> results)
    {
        foreach (DriveResult result in results)
        {
            string speed = result.OperationsPerSecond.HasValue
                ? $"{Millions(result.OperationsPerSecond.Median)} " +
                  $"({Millions(result.OperationsPerSecond.Min)} .. {Millions(result.OperationsPerSecond.Max)})"
                : "-";
            foreach ((string kind, LatencyHistogram latencies) in result.Latencies)
            {
                string threads = result.Threads.ToString(CultureInfo.InvariantCulture);
                yield return
                    [result.Mix, result.Distribution, threads, result.Map, speed, kind, .. Cells(latencies)];
                speed = string.Empty;
            }
        }
    }

    private static IEnumerable<string[]> Rows(IReadOnlyList<GrowthResult> results, LatencyHistogram gaps)
    {
        foreach (GrowthResult result in results)
        {
            string readers = result.Readers.ToString(CultureInfo.InvariantCulture);
            string longest = Units.Duration(result.LongestInsert.Median);
            yield return [result.Map, readers, "insert", longest, .. Cells(result.Inserts)];
            if (result.Reads.Count > 0)
            {
                yield return [result.Map, readers, "read meanwhile", string.Empty, .. Cells(result.Reads)];
            }
        }

        yield return [DriveSession.MachineLabel, "-", "gap", string.Empty, .. Cells(gaps)];
    }

    private static string[] Cells(LatencyHistogram latencies) =>
        Array.ConvertAll(Percentiles, percentile => Units.Duration(
            LatencyHistogram.ToNanoseconds(latencies.PercentileTicks(percentile.Fraction))));

    private static string Millions(double operationsPerSecond) => Units.Digits(operationsPerSecond / 1e6);
}
