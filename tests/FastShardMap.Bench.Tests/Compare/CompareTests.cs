using System.Text.Json;
using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using Ours = FastShardMap.Bench.Maps.ShardMapAdapter<ulong, ulong>;
using Theirs = FastShardMap.Bench.Maps.ConcurrentDictionaryMap<ulong, ulong>;

namespace FastShardMap.Bench.Tests.Compare;

public class CompareTests
{
    [Theory]
    [InlineData(0.49, true)]
    [InlineData(0.5, true)]
    [InlineData(0.51, false)]
    public void IsMet_MedianAgainstLimit_Decides(double median, bool isMet) =>
        Assert.Equal(isMet, Target.OfDictionary(0.5, Spread.Of([0.1, median, 0.9])).IsMet);

    [Fact]
    public void IsMet_NothingMeasured_IsFalse() => Assert.False(Target.OfDictionary(0.5, Spread.None).IsMet);

    [Fact]
    public void Wants_Filters_MatchPartsOfNames()
    {
        var options = new CompareOptions { Filters = ["10m", "CHURN"] };
        Assert.True(options.Wants("dep-10m-huge"));
        Assert.True(options.Wants("churn-1m-2t"));
        Assert.False(options.Wants("dep-1m"));
        Assert.True(new CompareOptions().Wants("anything"));
        Assert.True(options.WantsAny("dep-1m", "hit-10m"));
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Run_ShrunkLookups_FillsEveryFormOfReport()
    {
        var options = new CompareOptions { ShrinkFactor = 10_000, Repetitions = 1, Filters = ["1k", "allocation"] };
        var stages = new List<string>();
        CompareResults results = new CompareSession<Ours, Theirs>(options, stages.Add).Run();
        string[] expected = ["hit-1k", "dep-1k", "miss-1k", "batch-1k", "allocation"];
        Assert.Equal(expected, results.Figures.Select(figure => figure.Id), StringComparer.Ordinal);
        Assert.Contains("lookups, 1 K", stages, StringComparer.Ordinal);
        Assert.All(results.Figures, figure => Assert.True(figure.Ours.HasValue && figure.Theirs.HasValue));
        Assert.True(results.Figures[^1].Targets[0].IsMet, "an operation of the shard map allocates managed memory");

        MachineInfo machine = MachineInfo.Read();
        string markdown = new CompareReport(results, machine, options).ToMarkdown();
        Assert.Contains("| independent hits, 1 K |", markdown, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(CompareJson.Write(results, machine, options));
        Assert.Equal(5, json.RootElement.GetProperty("Figures").GetArrayLength());
    }
}
