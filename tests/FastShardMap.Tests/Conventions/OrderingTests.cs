using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// Every edge of native-layout-docs/memory-ordering.md is cited in the code on both of its sides, and the code cites no
/// other. A citation is a comment <c>// [E3] release: …</c> on the writer's side and <c>// [E3] acquire: …</c> on the
/// reader's; several edges share a comment as <c>[E1, E3]</c>. Instead of the two words stand also "writer" and
/// "reader", or "fence" or "full fence", which is both, or "pairs with the acquire" (so this is the writer) and "pairs
/// with the release". An ID in the middle of a comment, or in documentation, is a mention and has no side. A side that
/// the document's table leaves empty or marks with a dash needs no citation.
/// </summary>
public partial class OrderingTests
{
    private const string Document = "native-layout-docs/memory-ordering.md";
    private const string Library = "src/FastShardMap";

    /// <summary>The story of the protocol, and the file whose head comment is its short form.</summary>
    private const string Story = "native-layout-docs/protocol.md";
    private const string EssayFile = $"{Library}/Sharding/ShardSet.cs";

    [Fact]
    public void Edges_OfTheStory_AreThoseOfTheDocument() =>
        Assert.Equal(EdgeIds(), Mentioned(Repository.ReadText(Story)));

    /// <summary>
    /// Until that file has a comment between its namespace and its type, there is nothing to compare.
    /// </summary>
    [Fact]
    public void Edges_OfTheEssay_AreThoseOfTheDocument()
    {
        string essay = HeadComment(Repository.ReadText(EssayFile));

        Assert.True(essay.Length == 0 || EdgeIds().SequenceEqual(Mentioned(essay)),
            $"The comment at the head of {EssayFile} mentions {string.Join(", ", Mentioned(essay))}; {Document} has "
                + $"{string.Join(", ", EdgeIds())}.");
    }

    [Theory]
    [InlineData(
        "namespace A;\n\n// One (E1).\n//\n// Two.\n/// <summary>S.</summary>\nstruct A\n{\n    // E9\n}",
        "// One (E1).\n//\n// Two.")]
    [InlineData("using B;\nnamespace A;\n\n/// <summary>S.</summary>\nstruct A\n{\n    // E9\n}", "")]
    public void HeadComment_OfAFile_IsWhatStandsBeforeItsType(string text, string expected) =>
        Assert.Equal(expected, HeadComment(text));

    [Fact]
    public void Edges_OfTheDocument_AreCitedOnBothSides()
    {
        IReadOnlyList<Edge> edges = Edges();
        IReadOnlyList<Citation> citations = Citations();

        List<string> wrong = new();
        foreach (Edge edge in edges)
        {
            if (edge.HasWriter && !citations.Any(citation => citation.Id == edge.Id && citation.IsWriter))
            {
                wrong.Add($"[{edge.Id}] has no release side in the code");
            }

            if (edge.HasReader && !citations.Any(citation => citation.Id == edge.Id && citation.IsReader))
            {
                wrong.Add($"[{edge.Id}] has no acquire side in the code");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Citations_InTheCode_AreInTheDocument()
    {
        HashSet<string> known = Edges().Select(edge => edge.Id).ToHashSet(StringComparer.Ordinal);

        string[] wrong = Citations().Where(citation => !known.Contains(citation.Id))
            .Select(citation => $"{citation.At}: [{citation.Id}] is not in {Document}").ToArray();

        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Citations_InTheCode_SayTheirSide()
    {
        string[] wrong = Citations().Where(citation => citation is { IsFirst: true, IsWriter: false, IsReader: false })
            .Select(citation => $"{citation.At}: write [{citation.Id}] release: … or [{citation.Id}] acquire: …")
            .ToArray();

        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("// [E3] release: pairs with the acquire in BeginRead.", true, false)]
    [InlineData("// [E3] acquire: pairs with the release in EndWrite.", false, true)]
    [InlineData("// [E1, E3] fence: nothing crosses.", true, true)]
    [InlineData("// [E3] pairs with the acquire in BeginRead.", true, false)]
    [InlineData("// [E3] pairs with the release in EndWrite.", false, true)]
    [InlineData("// [E3] reader: the closing read", false, true)]
    [InlineData("Interlocked.MemoryBarrier(); // [E3] full fence: so that", true, true)]
    [InlineData("// as [E3] demands", false, false)]
    public void CitationsOf_OneLine_TellsTheSide(string line, bool isWriter, bool isReader)
    {
        Citation citation = CitationsOf(line, "here").First(found => found.Id == "E3");

        Assert.Equal((isWriter, isReader), (citation.IsWriter, citation.IsReader));
    }

    private static string[] EdgeIds() => [.. Edges().Select(edge => edge.Id).Order(StringComparer.Ordinal)];

    private static string[] Mentioned(string text) =>
        [.. MentionedId()
            .Matches(text)
            .Select(match => match.Value)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    // The lines of two slashes that stand between the namespace and the first type or its documentation.
    private static string HeadComment(string text) =>
        string.Join('\n', text.Split('\n')
            .SkipWhile(static line => !line.StartsWith("namespace ", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(static line => line.Length == 0 || LineComment().IsMatch(line))
            .Where(static line => line.Length != 0));

    private static IReadOnlyList<Edge> Edges()
    {
        // The document is due with the code that it orders.
        Assert.SkipUnless(
            Repository.HasFolder($"{Library}/Sharding") || Repository.HasFile(Document), "No concurrent code yet.");

        Edge[] edges = MarkdownTable.ReadAll(Repository.ReadText(Document))
            .Where(table => table.HasColumns("id", "writer", "reader"))
            .SelectMany(table => table.Rows.Select(row => new Edge(
                table
                    .Cell(row, "id")
                    .Trim('`', '*', '[', ']'), IsSide(table.Cell(row, "writer")), IsSide(table.Cell(row, "reader")))))
            .Where(edge => EdgeId().IsMatch(edge.Id))
            .ToArray();
        Assert.True(edges.Length > 0, $"{Document} has no table with the columns id, writer and reader.");
        Assert.Distinct(edges.Select(edge => edge.Id));
        return edges;
    }

    private static bool IsSide(string cell) => cell.Trim('–', '—', '-', ' ').Length > 0;

    private static IReadOnlyList<Citation> Citations() =>
        Repository.FilesBelow(Library, "*.cs")
            .SelectMany(
                path => Repository.ReadLines(path)
                    .Index()
                    .SelectMany(line => CitationsOf(line.Item, $"{path}({line.Index + 1})")))
            .ToArray();

    private static IEnumerable<Citation> CitationsOf(string line, string at)
    {
        foreach (Match match in CitationInComment().Matches(line))
        {
            string rest = line[(match.Index + match.Length)..].TrimStart();
            bool isBoth = StartsWith(rest, "fence", "full fence");
            bool isFirst = FirstInComment().IsMatch(line.AsSpan(0, match.Index));
            bool isWriter = StartsWith(rest, "release", "writer", "pairs with the acquire", "pairs with the reader");
            bool isReader = StartsWith(rest, "acquire", "reader", "pairs with the release", "pairs with the writer");
            foreach (string id in match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                yield return new Citation(id, isWriter || isBoth, isReader || isBoth, isFirst, at);
            }
        }
    }

    private static bool StartsWith(string text, params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^E\d+$")]
    private static partial Regex EdgeId();

    [GeneratedRegex(@"\bE\d+\b")]
    private static partial Regex MentionedId();

    [GeneratedRegex("^//(?!/)")]
    private static partial Regex LineComment();

    // Only in a comment: an indexer in code may look the same.
    [GeneratedRegex(@"(?<=//.*)\[(E\d+(?:\s*,\s*E\d+)*)\]")]
    private static partial Regex CitationInComment();

    // Two slashes and nothing else before it; three are documentation.
    [GeneratedRegex(@"(?<!/)//\s*$")]
    private static partial Regex FirstInComment();

    private sealed record Edge(string Id, bool HasWriter, bool HasReader);

    private sealed record Citation(string Id, bool IsWriter, bool IsReader, bool IsFirst, string At);
}
