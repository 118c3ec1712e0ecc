using System.Reflection;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using FastShardMap.Bench.BackEnds;
using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Suites;

namespace FastShardMap.Bench.Tests.Reporting;

/// <summary>A method of the library that asks to be inlined names a benchmark that exists.</summary>
public partial class CitationTests
{
    private static readonly HashSet<string> Rows = [.. CompareSession.Rows];

    [Fact]
    public void Inlining_EveryNamedBenchmark_Exists()
    {
        string sources = Path.Combine(RepositoryRoot.Find()!, "src", "FastShardMap");
        List<(string File, string Command, string What)> citations = Directory.GetFiles(
            sources, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Citation().Matches(File.ReadAllText(file)).Select(match => (
                File: Path.GetFileName(file),
                Command: match.Groups["command"].Value,
                What: match.Groups["what"].Value)))
            .ToList();
        Assert.NotEmpty(citations);
        Assert.DoesNotContain(citations, one => !Exists(one.Command, one.What));
    }

    [Theory]
    [InlineData("compare", "hit-1k, overwrite-1m; address arithmetic", true)]
    [InlineData("compare", "in-cache hits", false)]
    [InlineData("CompareBench", "hit-1k", false)]
    [InlineData("backends", "save", true)]
    [InlineData("backends", "load", false)]
    [InlineData("suites", "FamilySuite.LoadCell", true)]
    [InlineData("suites", "FamilySuite.StoreCell", false)]
    public void Exists_Citation_IsFoundIfThereIsSuchABenchmark(string command, string what, bool expected) =>
        Assert.Equal(expected, Exists(command, what));

    private static bool Exists(string command, string what) => command switch
    {
        "compare" => what.Split(';')[0].Split(", ").All(Rows.Contains),
        "backends" => BackEndsOptions.AllParts.Any(part => what.Contains(part, StringComparison.Ordinal)),
        "suites" => SuiteConfig.Suites.Values
            .SelectMany(suite => suite.GetMethods())
            .Where(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null)
            .Any(method => what == $"{method.DeclaringType!.Name}.{method.Name}"),
        _ => false,
    };

    // "MethodImplOptions.AggressiveInlining)] // command: what"; a reason of another kind has no colon.
    [GeneratedRegex(@"AggressiveInlining\)\] // (?<command>\w+): (?<what>[^\r\n]+)")]
    private static partial Regex Citation();
}
