using FastShardMap.Bench.Measuring;
using FastShardMap.Routing;

namespace FastShardMap.Bench.Route;

/// <summary>A placement, and a change of the number of nodes: simulated with several sets of names.</summary>
internal sealed record BalanceRow(
    BalanceCase Case, int From, int To, Spread SkewBefore, Spread SkewAfter, Spread MovedShare, double LeastShare)
{
    public static readonly (int From, int To)[] Changes = [(3, 4), (8, 9), (8, 12), (12, 8)];

    /// <summary>The expected skew before the change, or NaN where theory says nothing but "at most the
    /// bound".</summary>
    public double SkewBeforeInTheory => InTheory(From);

    public double SkewAfterInTheory => InTheory(To);

    public double MovedShareInTheory => BalanceTheory.MovedShare(From, To);

    public static BalanceRow Simulate(BalanceCase one, int from, int to, int draws)
    {
        List<double> before = [];
        List<double> after = [];
        List<double> moved = [];
        double least = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            NodeWeight[] nodes =
            [
                .. Enumerable.Range(0, Math.Max(from, to)).Select(i => new NodeWeight($"10.{draw}.0.{i}:6379")),
            ];
            SlotTable table = SlotTable.Create(nodes[..from], one.Placement);
            ReshardPlan plan = ReshardPlan.Create(table, nodes[..to], one.Placement);
            before.Add(table.Skew);
            after.Add(plan.Skew);
            moved.Add(plan.MovedShare);
            least += plan.LeastShare / draws;
        }

        return new BalanceRow(one, from, to, Spread.Of(before), Spread.Of(after), Spread.Of(moved), least);
    }

    private double InTheory(int nodes) =>
        double.IsNaN(Case.VirtualNodes) ? double.NaN : BalanceTheory.Skew(nodes, Case.VirtualNodes);
}
