using System.Globalization;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.BackEnds;

/// <summary>Shows the back ends side by side, and what the features on top of the map cost.</summary>
internal sealed class BackEndsReport(
    IReadOnlyList<BackEndResult> results, IReadOnlyList<FeatureRow> features, MachineInfo machine) : IReport
{
    private const string Legend =
        "Callers are tasks on the thread pool, 16 operations in turn each. Latency: from call to "
            + "answer, reads and stores " +
        "together; locks block the thread, the channel's answers are awaited, so that only its "
            + "times hold the wait for a " +
        "thread. x seqlock: operations a second as a multiple of the seqlock's, pair by pair.";

    private static readonly string[] Header =
        ["reads", "callers", "shards", "back end", "million op/s (min .. max)", "x seqlock", "mean", "p99", "max"];

    private static readonly string[] FeatureHeader = ["feature", "what", "median (min .. max)", "beside"];

    private readonly double _clockNanoseconds = JitterMeter.ClockCostNanoseconds();

    public static string ShardsLabel(int shards)
    {
        if (shards != 0)
        {
            return shards.ToString(CultureInfo.InvariantCulture);
        }

        using ShardMap<ulong, ulong> map = new();
        return $"default ({map.GetStatistics().ShardCount})";
    }

    public void Print(Terminal terminal)
    {
        terminal.WriteLine(Facts());
        if (results.Count > 0)
        {
            terminal.WriteTable(Header, results.Select(Cells));
            terminal.WriteLine(Legend);
        }

        if (features.Count > 0)
        {
            terminal.WriteTable(FeatureHeader, features.Select(Cells));
        }
    }

    public string ToMarkdown()
    {
        string backEnds = results.Count == 0
            ? string.Empty
            : $"{Legend}\n\n{MarkdownTable.Of(Header, results.Select(Cells))}\n";
        string others = features.Count == 0 ? string.Empty : MarkdownTable.Of(FeatureHeader, features.Select(Cells));
        return $"{Facts()}\n\n{backEnds}{others}";
    }

    private static string[] Cells(BackEndResult result) =>
    [
        $"{result.ReadPercent} %",
        Units.Count(result.Callers),
        ShardsLabel(result.Shards),
        result.Name,
        $"{Millions(result.OperationsPerSecond.Median)} " +
            $"({Millions(result.OperationsPerSecond.Min)} .. {Millions(result.OperationsPerSecond.Max)})",
        $"{result.RatioToFirst.Median:0.00}",
        Time(result.Latencies.MeanTicks),
        Time(result.Latencies.PercentileTicks(0.99)),
        Time(result.Latencies.MaxTicks),
    ];

    private static string[] Cells(FeatureRow row) =>
    [
        row.Part,
        row.What,
        $"{Units.Duration(row.Nanoseconds.Median)} " +
            $"({Units.Duration(row.Nanoseconds.Min)} .. {Units.Duration(row.Nanoseconds.Max)})",
        row.Beside,
    ];

    private static string Time(double ticks) => Units.Duration(LatencyHistogram.ToNanoseconds(ticks));

    private static string Millions(double operationsPerSecond) => Units.Digits(operationsPerSecond / 1e6);

    private string Facts() =>
        $"{machine.Summary}, commit {machine.Commit}. " +
        $"Of each latency, reading the clock and recording takes {Units.Duration(_clockNanoseconds)}.";
}
