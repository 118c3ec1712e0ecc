using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Layout;

/// <summary>Shows candidates side by side, and each against the shape the map uses.</summary>
internal sealed class LayoutReport(IReadOnlyList<LayoutRow> rows, MachineInfo machine) : IReport
{
    private const string Legend =
        "* the shape the map uses. ns a lookup, one thread: median ± median absolute deviation. " +
        "Past home: entries that are not in their home group.";

    private const string SummaryLegend =
        "Time (geometric mean of both loads) and bytes an entry as multiples of the shape the map uses (*); " +
        "below 1 is better. Each is the median of paired quotients.";

    private static readonly string[] Header =
    [
        "slot", "slots in stride", "entries take", "load", "hits", "dependent", "misses", "bytes/entry", "past home",
    ];

    private static readonly string[] SummaryHeader =
    [
        "slot", "slots in stride", "hits, small", "dependent", "misses", "hits, large", "dependent", "misses",
        "all times", "bytes/entry",
    ];

    public void Print(Terminal terminal)
    {
        terminal.WriteTable(Header, rows.Select(Cells));
        terminal.WriteLine(Legend);
        terminal.WriteTable(SummaryHeader, Summary());
        terminal.WriteLine(SummaryLegend);
        terminal.WriteLine(Noise());
    }

    public string ToMarkdown()
    {
        string summary = MarkdownTable.Of(SummaryHeader, Summary());
        string table = MarkdownTable.Of(Header, rows.Select(Cells));
        return $"{machine.Cpu}, {machine.Caches}, {machine.Isa}, {machine.Runtime}, commit {machine.Commit}, " +
            $"{machine.Date}. {Noise()}\n\n{SummaryLegend}\n\n{summary}\n{Legend}\n\n{table}";
    }

    private static string[] Cells(LayoutRow row) =>
    [
        $"{row.Candidate.SlotBytes} B",
        row.Candidate.Label,
        Units.Bytes(row.SlotsBytes),
        Units.Digits(row.Load),
        Time(row.Hits),
        Time(row.Dependent),
        Time(row.Misses),
        Units.Digits(row.BytesPerEntry),
        $"{100 * row.PastHome:0} %",
    ];

    private static string Time(Series series) =>
        $"{Units.Digits(series.Spread.Median)} ± {Units.Digits(series.Spread.MedianDeviation)}";

    private static double GeometricMean(IEnumerable<double> values) => Math.Exp(values.Average(Math.Log));

    private IEnumerable<string[]> Summary()
    {
        foreach (IGrouping<LayoutCandidate, LayoutRow> own in rows.GroupBy(row => row.Candidate))
        {
            (LayoutRow Row, LayoutRow Base)[] pairs = [.. own.Select(row => (row, BaseOf(row)))];
            List<double> times = new();
            foreach (bool isLarge in (ReadOnlySpan<bool>)[false, true])
            {
                foreach (Func<LayoutRow, Series> kind in
                    (Func<LayoutRow, Series>[])[row => row.Hits, row => row.Dependent, row => row.Misses])
                {
                    times.Add(GeometricMean(pairs
                        .Where(pair => pair.Row.IsLarge == isLarge)
                        .Select(pair => kind(pair.Row).RatioTo(kind(pair.Base)).Median)));
                }
            }

            double bytes = GeometricMean(pairs.Select(pair => pair.Row.BytesPerEntry / pair.Base.BytesPerEntry));
            yield return
            [
                $"{own.Key.SlotBytes} B",
                own.Key.Label,
                .. times.Append(GeometricMean(times)).Append(bytes).Select(value => $"{value:0.00}"),
            ];
        }
    }

    private LayoutRow BaseOf(LayoutRow row) => rows.First(other =>
        other.Candidate.IsProduction &&
        other.Candidate.SlotBytes == row.Candidate.SlotBytes &&
        other.IsLarge == row.IsLarge &&
        other.Load.Equals(row.Load));

    /// <summary>How far repetitions of one measurement lie apart.</summary>
    private string Noise()
    {
        double[] deviations =
        [
            .. rows.SelectMany(row => row.All).Select(one => one.Spread.MedianDeviation / one.Spread.Median).Order(),
        ];
        return $"Noise: the deviation is {100 * deviations[deviations.Length / 2]:0.0} % of the "
            + "median in the middle case, " +
            $"{100 * deviations[deviations.Length * 9 / 10]:0.0} % in the ninth of ten.";
    }
}
