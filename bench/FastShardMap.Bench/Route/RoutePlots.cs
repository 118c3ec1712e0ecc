using FastShardMap.Bench.Report;

namespace FastShardMap.Bench.Route;

/// <summary>Makes plots of the results.</summary>
internal static class RoutePlots
{
    public static IEnumerable<Plot> Of(RouteResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        double least = results.Decay[0].KeysPerSecond;
        yield return new LinePlot("route-skew", $"Skew of a ring, {RouteResults.RingNodes} nodes")
        {
            XLabel = "virtual nodes per node",
            YLabel = "most slots of a node, divided by its share",
            IsXLogarithmic = true,
            Curves =
            [
                new Curve("simulated", [.. results.Ring.Select(row => ((double)row.VirtualNodes, row.Skew))]),
                new Curve(
                    "theory",
                    [.. results.Ring.Select(row => ((double)row.VirtualNodes, row.InTheory))],
                    IsDashed: true),
            ],
        };
        yield return new BarPlot("route-moved", "Share of the slots that move")
        {
            YLabel = "share of all slots",
            Series = [.. BalanceRow.Changes.Select(change => $"{change.From} to {change.To} nodes")],
            Groups =
            [
                .. BalanceCase.All.Select(one => (
                    one.Name,
                    BalanceRow.Changes.Select(change => results.Balance
                        .First(row => row.Case == one && (row.From, row.To) == change).MovedShare.Median).ToArray())),
            ],
        };
        yield return new BarPlot("route-decay", "Throughput by cause, as a multiple of 12 nodes with equal keys")
        {
            YLabel = "simulated keys per second, relative",
            IsYLogarithmic = true,
            Series = ["simulated", "model"],
            Groups =
            [
                .. results.Decay.Select(row => (
                    row.Case.Cause == "none" ? row.Case.Setting : $"{Short(row.Case.Cause)} {row.Case.Setting}",
                    new[] { row.KeysPerSecond / least, row.Model.KeysPerSecond / least })),
            ],
        };
    }

    private static string Short(string cause) => cause switch
    {
        "nodes" => "nodes",
        "virtual nodes" => "",
        "key skew" => "",
        "stale table" => "",
        "network delay" => "delay",
        "near hit rate" => "near hits",
        _ => "near cache,",
    };
}
