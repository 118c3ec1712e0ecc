using System.Globalization;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Route;

/// <summary>Shows balance and moves beside theory, and the decay of throughput by cause.</summary>
internal sealed class RouteReport(RouteResults results) : IReport
{
    private const string BalanceLegend =
        "Skew: what the fullest node owns, divided by its share; moved: share of the 16,384 slots. Each is the median "
        + "(least to most) of several sets of node names, beside the expected value.";

    private const string DecayLegend =
        "Simulated keys per second, as a multiple of the first row. Limit: what the model names as the reason; "
        + "explained: simulated keys per second, divided by those of the model.";

    private static readonly string[] BalanceHeader =
        ["placement", "nodes", "skew before", "theory", "skew after", "theory", "moved", "theory", "least"];

    private static readonly string[] DecayHeader =
        ["cause", "setting", "throughput", "per node", "model", "limit", "explained"];

    private double Base => results.Decay[0].KeysPerSecond;

    public void Print(Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        terminal.WriteTable(BalanceHeader, results.Balance.Select(Cells), isNamed: true);
        terminal.WriteLine(BalanceLegend);
        terminal.WriteTable(DecayHeader, results.Decay.Select(Cells), isNamed: true);
        terminal.WriteLine(DecayLegend);
        terminal.WriteLine(Assumptions());
    }

    public string ToMarkdown() =>
        $"# Routing, simulated\n\nWritten by the command `route`; the same on every machine. {results.Draws} sets of "
        + $"names.\n\n## Balance and moves\n\n{BalanceLegend}\n\n"
        + MarkdownTable.Of(BalanceHeader, results.Balance.Select(Cells))
        + $"\n## Decay of throughput by cause\n\n{DecayLegend} {Assumptions()}\n\n"
        + MarkdownTable.Of(DecayHeader, results.Decay.Select(Cells));

    private static string Assumptions() => string.Create(
        CultureInfo.InvariantCulture,
        $"Assumed, not measured: {DecayCosts.Callers} callers with one batch of {DecayCosts.KeysPerBatch} keys each; "
        + $"{DecayCosts.Keys:#,0} keys; a node takes {DecayCosts.RequestMicroseconds} us per request and "
        + $"{DecayCosts.KeyMicroseconds} us per key; a caller takes {DecayCosts.CallerKeyMicroseconds} us per key; a "
        + $"round trip takes {DecayCosts.DelayMicroseconds} us.");

    private static string[] Cells(BalanceRow row) =>
    [
        row.Case.Name,
        $"{row.From} to {row.To}",
        Of(row.SkewBefore, "0.000"),
        Of(row.SkewBeforeInTheory),
        Of(row.SkewAfter, "0.000"),
        Of(row.SkewAfterInTheory),
        Of(row.MovedShare, "0.0000"),
        row.MovedShareInTheory.ToString("0.0000", CultureInfo.InvariantCulture),
        row.LeastShare.ToString("0.0000", CultureInfo.InvariantCulture),
    ];

    private static string Of(Spread spread, string format)
    {
        string median = spread.Median.ToString(format, CultureInfo.InvariantCulture);
        string least = spread.Min.ToString(format, CultureInfo.InvariantCulture);
        string most = spread.Max.ToString(format, CultureInfo.InvariantCulture);
        return least == most ? median : $"{median} ({least} to {most})";
    }

    private static string Of(double inTheory) =>
        double.IsNaN(inTheory) ? "-" : inTheory.ToString("0.000", CultureInfo.InvariantCulture);

    private string[] Cells(DecayRow row) =>
    [
        row.Case.Cause,
        row.Case.Setting,
        Units.Digits(row.KeysPerSecond / Base),
        Units.Digits(row.KeysPerSecond / row.Case.Nodes / (Base / DecayCase.Base.Nodes)),
        Units.Digits(row.Model.KeysPerSecond / Base),
        row.Model.Limit,
        row.Explained.ToString("0.00", CultureInfo.InvariantCulture),
    ];
}
