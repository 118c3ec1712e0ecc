namespace FastShardMap.Tests.Conventions;

/// <summary>What comments and documents cite exists: files, types, tests and other members, benchmarks, commands,
/// options and environment variables. <see cref="Citations"/> says what is recognised.</summary>
public class CitationTests
{
    /// <summary>What looks like a citation of the project's own, and is another's.</summary>
    private static readonly (string Text, string Why)[] Known =
    [
        ("COLUMNS", "a variable of terminals"),
        ("MoveFileEx", "a function of Windows"),
        ("ReplaceFile", "a function of Windows"),
        ("--withheap", "an option of createdump"),
        ("PTRACE_SEIZE", "a request of Linux"),
        ("SIGSTOP", "a signal"),
        ("ThreadPoolMinThreads", "a property of the SDK"),
        ("SET", "a command of Redis"),
        ("GET", "a command of Redis"),
        ("PUBLISH", "a command of Redis"),
        ("WATCH", "a command of Redis"),
        ("FLUSHDB", "a command of Redis"),
        ("MOVED", "an answer of Redis"),
        ("MIGRATE", "a command of Redis"),
        ("AUTH2", "a word of a command of Redis"),
        ("OK", "an answer of Redis"),
        ("FSN1", "bytes of a header"),
    ];

    private static readonly string[] Sources = ["src", "tests", "bench"];

    [Fact]
    public void Citations_InDocuments_Exist() =>
        AssertNone(
            from path in Documents()
            from line in Repository.ReadLines(path).Index()
            from text in Citations.DanglingInDocument(line.Item, SourceIndex.Instance)
            select (path, line.Index + 1, text));

    [Fact]
    public void Citations_InComments_Exist() =>
        AssertNone(
            from path in Sources.SelectMany(folder => Repository.FilesBelow(folder, "*.cs"))
            from comment in CSharpText.CommentsOf(Repository.ReadText(path))
            from text in Citations.DanglingInText(comment.Text, SourceIndex.Instance)
            select (path, comment.Line, text));

    [Fact]
    public void Citations_InScripts_Exist() =>
        AssertNone(
            from path in Repository.FilesBelow(".ci", "*").Where(path => Path.GetExtension(path) is "" or ".py")
            from line in Repository.ReadLines(path).Index()
            where line.Item.TrimStart().StartsWith('#')
            from text in Citations.DanglingInText(line.Item, SourceIndex.Instance)
            select (path, line.Index + 1, text));

    [Fact]
    public void Benchmarks_ThatEarnedInlining_Exist() =>
        AssertNone(
            from path in Repository.FilesBelow("src", "*.cs")
            from line in Repository.ReadLines(path).Index()
            from text in Citations.DanglingBenchmark(line.Item, SourceIndex.Instance)
            select (path, line.Index + 1, text));

    [Fact]
    public void Projects_InCommands_Exist() =>
        AssertNone(
            from path in Documents()
            from line in Repository.ReadLines(path).Index()
            from word in line.Item.Split(' ').SkipWhile(word => word != "--project").Skip(1).Take(1)
            let project = word.Trim('`', '.', ',', ')')
            where !SourceIndex.Instance.HasPath(project)
            select (path, line.Index + 1, project));

    [Fact]
    public void Anchors_OfLinks_AreHeadings() =>
        AssertNone(
            from path in Documents()
            from line in Repository.ReadLines(path).Index()
            from link in MarkdownLinks.InLine(line.Item)
            where link.Anchor.Length > 0 && !link.Target.Contains(':', StringComparison.Ordinal)
            let target = link.Target.Length == 0 ? path : MarkdownLinks.Resolve(path, link.Target)
            where !Repository.HasFile(target)
                || !MarkdownLinks.AnchorsOf(Repository.ReadText(target)).Contains(link.Anchor, StringComparer.Ordinal)
            select (path, line.Index + 1, $"{link.Target}#{link.Anchor}"));

    [Theory]
    [InlineData("see `src/FastShardMap/Nowhere.cs`.", "src/FastShardMap/Nowhere.cs")]
    [InlineData("tests/FastShardMap.Tests, bench/results/<cpu>/ and `.ci/run`", null)]
    [InlineData("stands in Nowhere.Part.cs", "Nowhere.Part.cs")]
    [InlineData("[a](nowhere-at-all.md)", "nowhere-at-all.md")]
    [InlineData("measured by NowhereBench", "NowhereBench")]
    [InlineData("`NowhereTests.Method_A_B` and `CitationTests`", "NowhereTests")]
    [InlineData("`CitationTests.Nowhere_Ever_Was` fails", "CitationTests.Nowhere_Ever_Was")]
    [InlineData("as Repository.ReadLines does, and Thread.Interrupt", null)]
    [InlineData("with `--nowhere`", "--nowhere")]
    [InlineData("with `--quick` and FASTSHARDMAP_SOAK=5", null)]
    [InlineData("with FASTSHARDMAP_NOWHERE=1", "FASTSHARDMAP_NOWHERE")]
    [InlineData("decided as open choice 2", "open choice 2")]
    [InlineData("`NowhereOperation` is one", "NowhereOperation")]
    [InlineData("`Nowhere.Run` and `GC.KeepAlive`", "Nowhere")]
    [InlineData("--project bench/FastShardMap.Bench -- nowhere", "FastShardMap.Bench -- nowhere")]
    [InlineData("$ fsmap nowhere 12", "$ fsmap nowhere")]
    public void DanglingInDocument_OneLine_FindsWhatDoesNotExist(string line, string? expected) =>
        Assert.Equal(
            expected is null ? [] : [expected],
            Citations.DanglingInDocument(line, SourceIndex.Instance).Distinct(StringComparer.Ordinal));

    [Theory]
    [InlineData("[MethodImpl(MethodImplOptions.AggressiveInlining)] // NowhereBench: inserts", "NowhereBench")]
    [InlineData("[MethodImpl(MethodImplOptions.AggressiveInlining)] // nowhere: inserts", "nowhere")]
    [InlineData("[MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: inserts", null)]
    [InlineData("[MethodImpl(MethodImplOptions.AggressiveInlining)] // a forward", null)]
    public void DanglingBenchmark_OneLine_FindsWhatDoesNotExist(string line, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Citations.DanglingBenchmark(line, SourceIndex.Instance));

    private static IEnumerable<string> Documents() =>
        new[] { "README.md", "CHANGELOG.md", "bench/README.md" }
            .Concat(Repository.FilesBelow("native-layout-docs", "*.md"))
            .Concat(Repository.FilesBelow(".github", "*.md"))
            .Distinct(StringComparer.Ordinal);

    private static void AssertNone(IEnumerable<(string Path, int Line, string Text)> dangling)
    {
        string[] wrong = dangling.Where(found => !Array.Exists(Known, known => known.Text == found.Text))
            .Select(found => $"{found.Path}({found.Line}): {found.Text}").ToArray();
        Assert.True(wrong.Length == 0, $"Citations of what does not exist:\n  {string.Join("\n  ", wrong)}");
    }
}
