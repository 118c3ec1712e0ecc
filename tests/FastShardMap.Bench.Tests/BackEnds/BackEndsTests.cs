using FastShardMap.Bench.BackEnds;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Tests.BackEnds;

public class BackEndsTests
{
    private static readonly BackEndsOptions Tiny = new()
    {
        ReadPercents = [95, 50],
        Callers = [2, 40],
        Shards = [1, 0],
        Pairs = 500,
        LargePairs = 2_000,
        Duration = TimeSpan.FromMilliseconds(2),
        Repetitions = 1,
    };

    [Fact]
    public void Run_TinyCells_MeasuresEveryBackEndInEveryOne()
    {
        List<BackEndResult> results = new BackEndSession(Tiny, _ => { }).Run();
        Assert.Equal(2 * 2 * 2 * BackEndSession.Count, results.Count);
        Assert.Equal(
            results.Count,
            results.Select(one => (one.Name, one.ReadPercent, one.Callers, one.Shards)).Distinct().Count());
        Assert.All(results, one =>
        {
            Assert.True(one.OperationsPerSecond.Median > 0, one.Name);
            Assert.True(one.Latencies.Count > 0, one.Name);
        });

        string text = new BackEndsReport(results, [], MachineInfo.Read()).ToMarkdown();
        Assert.All(results, one => Assert.Contains($"| {one.Name} |", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_Features_MeasuresEveryPart()
    {
        List<FeatureRow> rows = FeatureSession.Run(Tiny, _ => { });
        Assert.Equal(["snapshot", "save", "audit"], rows.Select(row => row.Part).Distinct());
        Assert.All(rows, row => Assert.True(row.Nanoseconds is { HasValue: true, Median: > 0 }, row.What));
        string text = new BackEndsReport([], rows, MachineInfo.Read()).ToMarkdown();
        Assert.All(rows, row => Assert.Contains($"| {row.What} |", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(95)]
    [InlineData(50)]
    [InlineData(100)]
    public void CallStream_Share_IsThatOfTheReads(int percent)
    {
        CallStream stream = new([1, 2, 3], percent);
        double reads = Enumerable.Range(0, 100_000).Count(place => stream[place].IsRead) / 100_000.0;
        Assert.InRange(reads, (percent / 100.0) - 0.01, (percent / 100.0) + 0.01);
    }
}
