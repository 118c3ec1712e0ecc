using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using Spectre.Console;

namespace FastShardMap.Bench.Census;

/// <summary>Prints what a census found.</summary>
internal sealed class CensusReport(Terminal terminal)
{
    public void Input(ICensusInput input, CensusOptions options)
    {
        string whole = input.Bytes < input.BytesAvailable
            ? $" (of {Units.Bytes(input.BytesAvailable)}; --limit 0 takes all)"
            : string.Empty;
        terminal.WriteLine(
            $"{Units.Bytes(input.Bytes)}{whole} from {Units.Count(input.Files)} "
            + $"{input.Describe(options.Paths.Count == 0)}; {options.Threads} thread(s)");
    }

    public void Results(CensusResult ours, CensusResult theirs, LatencyHistogram gaps)
    {
        double clock = LatencyHistogram.ToNanoseconds(gaps.MeanTicks);
        Table table = terminal.NewTable();
        table.AddColumn("counting");
        table.AddColumn(new TableColumn(ours.Label).RightAligned());
        table.AddColumn(new TableColumn(theirs.Label).RightAligned());
        table.AddColumn(new TableColumn("ratio").RightAligned());
        Row(table, "time", ours.Elapsed.TotalNanoseconds, theirs.Elapsed.TotalNanoseconds, Units.Duration);
        Row(table, "million operations/s", ours.MillionPerSecond, theirs.MillionPerSecond, Units.Digits);
        Row(table, "operation less clock", Mean(ours, clock), Mean(theirs, clock), Units.Duration);
        Row(table, "median operation", Percentile(ours, 0.5), Percentile(theirs, 0.5), Units.Duration);
        Row(table, "p99.99 operation", Percentile(ours, 0.9999), Percentile(theirs, 0.9999), Units.Duration);
        Row(table, "longest operation", Percentile(ours, 1), Percentile(theirs, 1), Units.Duration);
        Row(table, "GC pauses", ours.GcPauses.TotalNanoseconds, theirs.GcPauses.TotalNanoseconds, Units.Duration);
        Row(table, "bytes per entry", ours.BytesPerPair, theirs.BytesPerPair, Units.Digits);
        terminal.Console.Write(table);
    }

    public void Footnotes(LatencyHistogram gaps, CensusResult theirs)
    {
        double clock = LatencyHistogram.ToNanoseconds(gaps.MeanTicks);
        double longest = LatencyHistogram.ToNanoseconds(gaps.MaxTicks);
        double rare = LatencyHistogram.ToNanoseconds(gaps.PercentileTicks(0.9999));
        terminal.WriteLine(
            $"Every operation is timed, in both maps alike; the clock's own {Units.Duration(clock)} are in each " +
            "but where taken off. ratio = first column / second.");
        terminal.WriteLine(
            $"The machine's own gaps, an empty timing loop on the same threads: " +
            $"longest {Units.Duration(longest)}, p99.99 {Units.Duration(rare)}.");
        terminal.WriteLine(
            $"Bytes: by the map's own account; for {theirs.Label} what the managed heap grew by.");
    }

    public void Verdict(
        bool same, IReadOnlyList<string> differences, long differenceCount, CensusResult ours, string items)
    {
        if (same)
        {
            terminal.Success(
                $"verified: both maps hold the same {Units.Count(ours.Distinct)} distinct {items} " +
                $"with the same counts, {Units.Count(ours.Items)} in total");
            return;
        }

        terminal.Failure($"MISMATCH: {Units.Count(differenceCount)} difference(s)");
        foreach (string difference in differences)
        {
            terminal.Failure("  " + difference);
        }
    }

    private static double Mean(CensusResult result, double clock) =>
        LatencyHistogram.ToNanoseconds(result.Latencies.MeanTicks) - clock;

    private static double Percentile(CensusResult result, double fraction) =>
        LatencyHistogram.ToNanoseconds(result.Latencies.PercentileTicks(fraction));

    private static void Row(Table table, string what, double ours, double theirs, Func<double, string> format) =>
        table.AddRow(what, format(ours), format(theirs), theirs == 0 ? "-" : Units.Digits(ours / theirs));
}
