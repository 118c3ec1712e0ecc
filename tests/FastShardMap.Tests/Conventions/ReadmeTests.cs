using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// What README and the guides show is true: every <c>csharp</c> block of README compiles and runs; in
/// native-layout-docs those marked <c>csharp run</c> do. After the fence, <c>compile</c> means that the block is not
/// run, and <c>continue</c> that it goes on from the block before. <see cref="Snippet"/> says how a block announces
/// values and output.
/// </summary>
[Collection(nameof(ReadmeTests))]
public partial class ReadmeTests
{
    private const string Readme = "README.md";
    private const string PackageReadme = "src/FastShardMap/PACKAGE.md";

    [Fact]
    [Trait("Category", "Heavy")]
    public void Examples_OfReadmeAndGuides_DoAsTheySay()
    {
        List<string> wrong = new();
        foreach (string document in Repository.FilesBelow("native-layout-docs", "*.md")
            .Prepend(PackageReadme)
            .Prepend(Readme))
        {
            List<string> code = [];
            foreach (CodeBlock block in CodeBlock.ReadAll(document, Repository.ReadText(document)).Where(
                block => block.Language == "csharp"))
            {
                if (document is not (Readme or PackageReadme) && !block.Words.Contains("run", StringComparer.Ordinal))
                {
                    continue;
                }

                code = block.Words.Contains("continue", StringComparer.Ordinal)
                    ? [.. code, .. block.Code]
                    : [.. block.Code];
                bool run = !block.Words.Contains("compile", StringComparer.Ordinal);
                wrong.AddRange(Snippet.Check(UsingsFirst(code), run).Select(what => $"{block}: {what}"));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>On a package's page a link that is relative leads nowhere.</summary>
    [Fact]
    public void Links_OfPackageReadmes_AreAbsolute() => Assert.All(
        Repository.FilesBelow("src", "PACKAGE.md"),
        static document => Assert.DoesNotMatch(@"\]\((?!https://)", Repository.ReadText(document)));

    [Fact]
    public void Commands_OfReadme_AreTheTestCommandOnce() =>
        Assert.Single(
            Repository.ReadLines(Readme),
            line => line.TrimStart('$', ' ').StartsWith("dotnet test", StringComparison.Ordinal));

    /// <summary>README is read in ten minutes; details are in the documents that it links to.</summary>
    [Fact]
    public void Length_OfReadme_IsLimited() => Assert.InRange(Repository.ReadLines(Readme).Length, 1, 251);

    [Fact]
    public void Figures_OfReadme_AreThoseOfTheReport()
    {
        string[] lines = Repository.ReadLines(Readme);
        int begin = Array.IndexOf(lines, "<!-- bench report: begin -->");
        int end = Array.IndexOf(lines, "<!-- bench report: end -->");
        string[] block = lines[(begin + 1)..end];
        string report = Repository.ReadText(
            block.Select(line => ReportLink().Match(line)).First(match => match.Success).Groups[1].Value);
        string[] rows = [.. block.Where(line => line.StartsWith('|')).Skip(2)];

        Assert.Equal(5, rows.Length);
        Assert.All(rows, row => Assert.Contains($"\n{row} ", report, StringComparison.Ordinal));
    }

    [Fact]
    public void Projects_InCommands_Exist()
    {
        IEnumerable<string> projects =
            from line in Repository.ReadLines(Readme)
            from match in ProjectArgument().Matches(line)
            select match.Groups[1].Value;

        Assert.All(
            projects,
            project => Assert.True(
                Repository.HasFolder(project) || Repository.HasFile(project), $"README names {project}"));
    }

    [Fact]
    public void Links_ToFiles_LeadSomewhere()
    {
        List<string> wrong = new();
        foreach (string document in Repository.FilesBelow("native-layout-docs", "*.md")
            .Concat(Repository.FilesBelow(".github", "*.md"))
            .Concat(Repository.FilesBelow("src", "README.md"))
            .Append(Readme).Append("CHANGELOG.md").Append("bench/README.md"))
        {
            foreach (Match match in Link().Matches(Repository.ReadText(document)))
            {
                string target = match.Groups[1].Value;
                string path = MarkdownLinks.Resolve(document, target);
                if (!target.Contains(':', StringComparison.Ordinal) && !Repository.HasFile(path)
                    && !Repository.HasFolder(path))
                {
                    wrong.Add($"{document}: {target}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [Trait("Category", "Heavy")]
    [InlineData("int x = 2 + 3; // → 5", null)]
    [InlineData("int x = 2 + 3; // → 6", "line 1: 5, not 6")]
    [InlineData("new Dictionary<int, int>().TryGetValue(1, out int value); // → false", null)]
    [InlineData("Console.WriteLine(1.5); // prints: 1.5", null)]
    [InlineData("Console.WriteLine(1.5); // prints: 2.5", "printed:")]
    [InlineData("int unused = Missing();", "CS0103")]
    [InlineData("\"text\".Length; // → 4", "CS0201")]
    [InlineData("throw new InvalidOperationException(\"no\");", "threw System.InvalidOperationException: no")]
    public void Check_OneLine_FindsWhatIsWrong(string line, string? expected)
    {
        IReadOnlyList<string> wrong = Snippet.Check([line], run: true);

        Assert.Equal(expected is null, wrong.Count == 0);
        Assert.All(wrong, what => Assert.Contains(expected!, what, StringComparison.Ordinal));
    }

    [Fact]
    public void ReadAll_Fences_AreBlocksWithTheirWords()
    {
        CodeBlock[] blocks = [.. CodeBlock.ReadAll("d.md", "a\n```csharp run compile\nx\ny\n```\n```\nz\n```\n")];

        Assert.Equal(2, blocks.Length);
        Assert.Equal(("csharp", 3), (blocks[0].Language, blocks[0].Line));
        Assert.Equal(["run", "compile"], blocks[0].Words);
        Assert.Equal(["x", "y"], blocks[0].Code);
        Assert.Equal("", blocks[1].Language);
    }

    // Blocks that continue others may have usings of their own; a program has them at its top, once each.
    private static List<string> UsingsFirst(List<string> code) =>
        [.. code.Where(IsUsing).Distinct(StringComparer.Ordinal), .. code.Where(line => !IsUsing(line))];

    private static bool IsUsing(string line) => UsingDirective().IsMatch(line);

    [GeneratedRegex(@"^using (?:static )?[\w.]+;$")]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"\[all rows\]\(([^)]+)\)")]
    private static partial Regex ReportLink();

    [GeneratedRegex(@"--project\s+(\S+)")]
    private static partial Regex ProjectArgument();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    /// <summary>Alone, because examples write to the console, which there is one of.</summary>
    [CollectionDefinition(nameof(ReadmeTests), DisableParallelization = true)]
    public sealed class Alone;
}
