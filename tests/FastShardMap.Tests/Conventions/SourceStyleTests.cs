using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>Lines of C# files fit into the columns that .editorconfig sets, and types are written out.</summary>
public partial class SourceStyleTests
{
    private const int MaxColumns = 120;

    /// <summary>Projects that still have longer lines. To become shorter, and then empty.</summary>
    private static readonly string[] WithLongLines =
    [
        "src/FastShardMap.Inspector/",
        "tests/FastShardMap.Bench.Tests/",
        "tests/FastShardMap.CodeProbe/",
        "tests/FastShardMap.ConcurrencyTests/",
        "tests/FastShardMap.Inspector.Specimen/",
        "tests/FastShardMap.Inspector.Tests/",
        "tests/FastShardMap.MetricsSample/",
        "tests/FastShardMap.Stress/",
        "tests/FastShardMap.Tests/",
        "bench/FastShardMap.Bench/",
    ];

    /// <summary>Projects that still use <c>var</c>. To become shorter, and then empty.</summary>
    private static readonly string[] WithVar =
    [
        "src/FastShardMap.Inspector/",
        "tests/FastShardMap.Bench.Tests/",
        "tests/FastShardMap.Inspector.Tests/",
        "tests/FastShardMap.Tests/",
        "bench/FastShardMap.Bench/",
    ];

    [Fact]
    public void Lines_OfSources_HaveAtMost120Columns() =>
        AssertNone(
            $"Break these lines, which have more than {MaxColumns} columns",
            from path in SourcesExcept(WithLongLines)
            from line in Repository.ReadLines(path).Index()
            where line.Item.Length > MaxColumns
            select $"{path}({line.Index + 1}): {line.Item.Length} columns");

    [Fact]
    public void Types_InSources_AreWrittenOut() =>
        AssertNone(
            "Write the type instead of var",
            from path in SourcesExcept(WithVar)
            from line in CSharpText.CodeOf(Repository.ReadText(path)).Split('\n').Index()
            where Var().IsMatch(line.Item)
            select $"{path}({line.Index + 1})");

    private static IEnumerable<string> SourcesExcept(string[] projects) =>
        from folder in new[] { "src", "tests", "bench" }
        from path in Repository.FilesBelow(folder, "*.cs")
        where !Array.Exists(projects, project => path.StartsWith(project, StringComparison.Ordinal))
        select path;

    private static void AssertNone(string rule, IEnumerable<string> lines)
    {
        string[] wrong = [.. lines];
        Assert.True(wrong.Length == 0, $"{rule}:\n  {string.Join("\n  ", wrong)}");
    }

    [GeneratedRegex(@"\bvar\b")]
    private static partial Regex Var();
}
