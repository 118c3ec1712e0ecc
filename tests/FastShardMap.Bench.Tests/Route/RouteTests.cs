using FastShardMap.Bench.Report;
using FastShardMap.Bench.Route;

namespace FastShardMap.Bench.Tests.Route;

public class RouteTests
{
    /// <summary>With one virtual node, shares are gaps of random points: the largest of n is (1 + 1/2 + … + 1/n) / n.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(12)]
    public void LargestOfGammas_ShapeOne_IsTheHarmonicNumber(int count)
    {
        double harmonic = Enumerable.Range(1, count).Sum(i => 1.0 / i);
        Assert.Equal(harmonic, BalanceTheory.LargestOfGammas(count, 1), 1e-3);
    }

    /// <summary>The mean of one variable is its shape, which also shows that the distribution adds up.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(5_000)]
    public void LargestOfGammas_OneVariable_IsItsMean(int shape) =>
        Assert.Equal(1, BalanceTheory.LargestOfGammas(1, shape) / shape, 1e-3);

    [Fact]
    public void Skew_InTheory_FallsWithVirtualNodesAndRisesWithNodes()
    {
        double[] byVirtualNodes = [.. BalanceCase.RingSizes.Select(count => BalanceTheory.Skew(12, count))];
        double[] byNodes = [.. new[] { 2, 4, 8, 16 }.Select(nodes => BalanceTheory.Skew(nodes, 128))];

        Assert.Equal(byVirtualNodes.OrderDescending(), byVirtualNodes);
        Assert.Equal(byNodes.Order(), byNodes);
    }

    /// <summary>The mean of many sets of names: theory and simulation check each other.</summary>
    [Theory]
    [InlineData(16)]
    [InlineData(128)]
    public void Skew_OfManyRings_IsAsInTheory(int virtualNodes)
    {
        BalanceRow row = BalanceRow.Simulate(BalanceCase.Ring(virtualNodes), 8, 12, draws: 40);

        Assert.Equal(1, (row.SkewBefore.Median - 1) / (row.SkewBeforeInTheory - 1), 0.25);
        Assert.Equal(row.MovedShareInTheory, row.MovedShare.Median, 0.02);
    }

    [Fact]
    public void LeastMoves_AnyChange_MovesTheLeast()
    {
        BalanceCase one = BalanceCase.All[^1];
        foreach ((int from, int to) in BalanceRow.Changes)
        {
            BalanceRow row = BalanceRow.Simulate(one, from, to, draws: 2);
            Assert.Equal(row.LeastShare, row.MovedShare.Max, 1e-9);
            Assert.InRange(row.SkewAfter.Max, 1, 1.001);
        }
    }

    /// <summary>No simulated service is faster than both limits allow, and the model explains most of each.</summary>
    [Fact]
    public void Run_EveryCase_IsExplainedByTheModel() => Assert.All(DecayCase.All, one =>
    {
        DecayRow row = new(one, DecaySimulation.Run(one, 2_000, seed: 3), DecayModel.Of(one));
        Assert.InRange(row.Explained, 0.85, 1.05);
    });

    [Fact]
    public void Run_SameSeed_GivesTheSame()
    {
        DecayCase one = DecayCase.Base with { Theta = 0.9, StaleShare = 0.1 };
        Assert.Equal(DecaySimulation.Run(one, 500, 1), DecaySimulation.Run(one, 500, 1));
        Assert.NotEqual(DecaySimulation.Run(one, 500, 1), DecaySimulation.Run(one, 500, 2));
    }

    [Fact]
    public void Causes_WhenTheyGrow_CostThroughput()
    {
        foreach (IGrouping<string, DecayCase> cause in DecayCase.All.GroupBy(one => one.Cause))
        {
            double[] all = [.. cause.Select(one => DecayModel.Of(one).KeysPerSecond)];
            double[] sorted = cause.Key is "key skew" or "stale table" or "network delay"
                ? [.. all.OrderDescending()]
                : [.. all.Order()];
            Assert.Equal(sorted, all);
        }
    }

    [Fact]
    public void Report_OfQuickResults_HasEveryRowAndPlot()
    {
        List<string> stages = [];
        RouteResults results = RouteResults.Simulate(quick: true, stages.Add);
        string markdown = new RouteReport(results).ToMarkdown();
        Plot[] plots = [.. RoutePlots.Of(results)];

        Assert.NotEmpty(stages);
        Assert.All(BalanceCase.All, one => Assert.Contains($"| {one.Name} |", markdown, StringComparison.Ordinal));
        Assert.All(DecayCase.All, one => Assert.Contains($"| {one.Setting} |", markdown, StringComparison.Ordinal));
        Assert.Equal(["route-skew", "route-moved", "route-decay"], plots.Select(plot => plot.Name));
        Assert.All(
            plots,
            plot => Assert.Contains($"set output '{plot.Name}.svg'", plot.ToScript(), StringComparison.Ordinal));
    }
}
