using System.Text.Json;
using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Tests.Compare;

public class CompareTests
{
    [Fact]
    public void Wants_Filters_MatchPartsOfNames()
    {
        CompareOptions options = new() { Filters = ["10m", "CHURN"] };
        Assert.True(options.Wants("dep-10m-huge"));
        Assert.True(options.Wants("churn-1m-2t"));
        Assert.False(options.Wants("dep-1m"));
        Assert.True(new CompareOptions().Wants("anything"));
        Assert.True(options.WantsAny("dep-1m", "hit-10m"));
    }

    [Theory]
    [InlineData(100, 1, 100)]
    [InlineData(100, 10_000, 100)]
    [InlineData(1_000_000, 1, 1_000_000)]
    [InlineData(1_000_000, 10, 100_000)]
    [InlineData(1_000_000, 10_000, 1_000)]
    public void Scaled_AnySize_IsNeverRaised(int pairs, int shrinkFactor, int expected) =>
        Assert.Equal(expected, new CompareOptions { ShrinkFactor = shrinkFactor }.Scaled(pairs));

    [Theory]
    [InlineData("hit-1k --quick", 0)]
    [InlineData("no-such-row", 1)]
    [InlineData("miss-1m-reserved longest-insert-5m-p99.99", 0)]
    public void Parse_FilterThatMatchesNoRow_IsRefused(string arguments, int errors) =>
        Assert.Equal(errors, CompareCommand.Create().Parse($"--filter {arguments}").Errors.Count);

    [Theory]
    [InlineData("--check")]
    [InlineData("--strict")]
    public void Parse_EitherNameOfCheck_IsKnown(string check) =>
        Assert.Empty(CompareCommand.Create().Parse(check).Errors);

    [Fact]
    [Trait("Category", "Heavy")]
    public void Run_Shrunk_MeasuresEveryRowAndFillsEveryFormOfReport()
    {
        // All but the rows that need processes of their own.
        string[] expected =
        [
            .. CompareSession.Rows.Where(row =>
                !row.StartsWith("bytes", StringComparison.Ordinal) &&
                !row.StartsWith("full-gc", StringComparison.Ordinal)),
        ];
        CompareOptions options = new() { ShrinkFactor = 10_000, Repetitions = 1, Filters = expected };
        List<string> stages = new();
        CompareResults results = new CompareSession(options, stages.Add).Run();
        IEnumerable<string> measured = results.Figures.Select(figure => figure.Id).Concat(
            results.Peers.Select(peer => peer.Id).Distinct());
        Assert.Equal(expected.Order(StringComparer.Ordinal), measured.Order(StringComparer.Ordinal));
        Assert.Contains("lookups, 1 K", stages, StringComparer.Ordinal);
        Assert.All(results.Figures, figure => Assert.True(figure.Ours.HasValue && figure.Theirs.HasValue, figure.Id));
        Assert.All(results.Judgements, one => Assert.True(one.Measured.HasValue, $"{one.Row}: {one.Target.Text}"));
        Assert.True(
            results.Targets.Single(one => one.Row == "allocation").IsMet,
            "an operation of the shard map allocates managed memory");
        ILookup<bool, PeerFigure> peers = results.Peers.ToLookup(
            peer => peer.Id.StartsWith("text", StringComparison.Ordinal));
        Assert.All(peers[true].GroupBy(peer => peer.Work), work =>
        {
            Assert.Equal("ConcurrentDictionary", work.First().Map);
            Assert.Empty(new[] { "TextShardMap", "NonBlocking" }.Except(work.Select(peer => peer.Map)));
        });
        Assert.All(peers[false].GroupBy(peer => peer.Work), work =>
        {
            Assert.Equal("floor (hash + load)", work.First().Map);
            Assert.Empty(
                new[] { "ShardMap", "NonBlocking", "ConcurrentLru", "FASTER", "Dictionary (sequential)" }
                    .Except(work.Select(peer => peer.Map)));
        });

        MachineInfo machine = MachineInfo.Read();
        CompareReport report = new(results, machine, options);
        Assert.Equal(3, report.ShortTable(["independent hits, 1 K"]).Split('\n', '\r').Count(line => line.Length > 0));
        string markdown = report.ToMarkdown();
        Assert.Contains("| independent hits, 1 K |", markdown, StringComparison.Ordinal);
        Assert.Contains("| independent hits, Guid to 32 bytes, 1 K |", markdown, StringComparison.Ordinal);
        Assert.Contains("| FrozenDictionary |", markdown, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(CompareJson.Write(results, machine, options));
        Assert.Equal(results.Figures.Count, json.RootElement.GetProperty("Figures").GetArrayLength());
        Assert.Equal(results.Peers.Count, json.RootElement.GetProperty("Peers").GetArrayLength());
    }
}
