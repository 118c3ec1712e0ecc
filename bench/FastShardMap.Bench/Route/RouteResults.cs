namespace FastShardMap.Bench.Route;

/// <summary>All that the command found.</summary>
internal sealed record RouteResults(
    IReadOnlyList<BalanceRow> Balance,
    IReadOnlyList<(int VirtualNodes, double Skew, double InTheory)> Ring,
    IReadOnlyList<DecayRow> Decay,
    int Draws)
{
    public const int RingNodes = 12;

    public static RouteResults Simulate(bool quick, Action<string> announce)
    {
        ArgumentNullException.ThrowIfNull(announce);
        int draws = quick ? 5 : 25;
        List<BalanceRow> balance = [];
        foreach ((int from, int to) in BalanceRow.Changes)
        {
            announce($"placements, {from} to {to} nodes");
            balance.AddRange(BalanceCase.All.Select(one => BalanceRow.Simulate(one, from, to, draws)));
        }

        announce("virtual nodes");
        List<(int, double, double)> ring = [];
        for (int count = 1; count <= 2_048; count *= 2)
        {
            BalanceRow row = BalanceRow.Simulate(BalanceCase.Ring(count), RingNodes, RingNodes, draws);
            ring.Add((count, row.SkewBefore.Median, row.SkewBeforeInTheory));
        }

        announce("decay");
        int batches = quick ? 4_000 : 40_000;
        List<DecayRow> decay =
        [
            .. DecayCase.All.Select(one =>
                new DecayRow(one, DecaySimulation.Run(one, batches, seed: 7), DecayModel.Of(one))),
        ];
        return new RouteResults(balance, ring, decay, draws);
    }
}
