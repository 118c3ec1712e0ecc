using System.Globalization;
using System.Text;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Caches;

/// <summary>Shows what the cache command has measured.</summary>
internal sealed class CacheReport(CacheResults results, MachineInfo machine) : IReport
{
    private static readonly string[] s_timingHeader = ["row", "cache", "ns (min .. max)", "ratio (min .. max)"];

    private static readonly string[] s_footprintHeader =
        ["cache", "entries", "managed B per entry", "native B per entry", "full GC without", "full GC with"];

    public void Print(Terminal terminal)
    {
        if (results.Ratios.Count > 0)
        {
            terminal.WriteLine("Hit ratios in percent; a miss stores its key.");
            terminal.WriteTable(RatioHeader(), RatioRows(), isNamed: true);
            terminal.WriteLine("Nanoseconds per request of the same replays, one thread.");
            terminal.WriteTable(RatioHeader(), TimeRows(), isNamed: true);
        }

        if (results.Timings.Count > 0)
        {
            terminal.WriteLine("Times. The ratio of ShardCache is to ShardMap or, for stores, to ConcurrentLru;");
            terminal.WriteLine("that of every other cache is to ShardCache.");
            terminal.WriteTable(s_timingHeader, TimingRows(), isNamed: true);
        }

        if (results.Footprints.Count > 0)
        {
            terminal.WriteTable(s_footprintHeader, FootprintRows(), isNamed: true);
        }

        if (results.Churn is not null)
        {
            terminal.WriteLine($"Churn: {ChurnText(results.Churn)}");
        }
    }

    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# Caches\n\n{machine.Summary}\n");
        if (results.Ratios.Count > 0)
        {
            text.Append("\n## Hit ratios in percent\n\nOne thread; a miss stores its key.\n\n");
            text.Append(MarkdownTable.Of(RatioHeader(), RatioRows()));
            text.Append("\n## Nanoseconds per request of the same replays\n\n");
            text.Append(MarkdownTable.Of(RatioHeader(), TimeRows()));
        }

        if (results.Timings.Count > 0)
        {
            text.Append("\n## Times\n\nTwo threads. The ratio of ShardCache is to ShardMap or, for stores, to ");
            text.Append("ConcurrentLru; that of every other cache is to ShardCache.\n\n");
            text.Append(MarkdownTable.Of(s_timingHeader, TimingRows()));
        }

        if (results.Footprints.Count > 0)
        {
            text.Append("\n## Memory\n\n").Append(MarkdownTable.Of(s_footprintHeader, FootprintRows()));
        }

        if (results.Churn is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Churn\n\n{ChurnText(results.Churn)}\n");
        }

        return text.ToString();
    }

    private static string ChurnText(ChurnRow churn) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Units.Count(churn.Operations)} operations, {Units.Count(churn.Entries)} entries; hit ratio of each tenth "
        + $"in percent: {string.Join(", ", churn.HitRatios.Select(Percent))}; exact S3-FIFO: "
        + $"{Percent(churn.ReferenceRatio)}; resident memory after each tenth "
        + $"in MB: {string.Join(", ", churn.ResidentBytes.Select(static bytes => (bytes >> 20).ToString(
            CultureInfo.InvariantCulture)))}.");

    private static string Percent(double ratio) => (100 * ratio).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Range(Spread spread, Func<double, string> format) =>
        spread.HasValue ? $"{format(spread.Median)} ({format(spread.Min)} .. {format(spread.Max)})" : "-";

    private string[] RatioHeader() =>
        ["trace", "entries", .. results.Ratios[0].Caches.Select(static cache => cache.Label)];

    private IEnumerable<string[]> RatioRows() => Rows(static cache =>
        (100 * cache.HitRatio).ToString("0.0", CultureInfo.InvariantCulture));

    private IEnumerable<string[]> TimeRows() => Rows(static cache =>
        cache.Nanoseconds.ToString("0", CultureInfo.InvariantCulture));

    private IEnumerable<string[]> Rows(Func<Replayed, string> cell) => results.Ratios.Select(row =>
        (string[])[row.Trace, Units.Count(row.Entries), .. row.Caches.Select(cell)]);

    private IEnumerable<string[]> TimingRows() => results.Timings.Select(static timing => (string[])
    [
        timing.Row, timing.Label, Range(timing.Nanoseconds, Units.Digits), Range(timing.Ratio, Units.Digits),
    ]);

    private IEnumerable<string[]> FootprintRows() => results.Footprints.Select(static one => (string[])
    [
        one.Label, Units.Count(one.Count), Units.Digits(Math.Max(0, one.ManagedBytes)), Units.Digits(one.NativeBytes),
        Units.Duration(one.CollectionWithout.Median), Units.Duration(one.CollectionWith.Median),
    ]);
}
