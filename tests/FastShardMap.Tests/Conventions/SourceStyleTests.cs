using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>Lines of C# files fit into the columns that .editorconfig sets, and types are written out.</summary>
public partial class SourceStyleTests
{
    private const int MaxColumns = 120;

    [Fact]
    public void Lines_OfSources_HaveAtMost120Columns() =>
        AssertNone(
            $"Break these lines, which have more than {MaxColumns} columns",
            from path in Sources()
            from line in Repository.ReadLines(path).Index()
            where line.Item.Length > MaxColumns
            select $"{path}({line.Index + 1}): {line.Item.Length} columns");

    [Fact]
    public void Types_InSources_AreWrittenOut() =>
        AssertNone(
            "Write the type instead of var",
            from path in Sources()
            from line in CSharpText.CodeOf(Repository.ReadText(path)).Split('\n').Index()
            where Var().IsMatch(line.Item)
            select $"{path}({line.Index + 1})");

    private static IEnumerable<string> Sources() =>
        from folder in new[] { "src", "tests", "bench" }
        from path in Repository.FilesBelow(folder, "*.cs")
        select path;

    private static void AssertNone(string rule, IEnumerable<string> lines)
    {
        string[] wrong = [.. lines];
        Assert.True(wrong.Length == 0, $"{rule}:\n  {string.Join("\n  ", wrong)}");
    }

    [GeneratedRegex(@"\bvar\b")]
    private static partial Regex Var();
}
