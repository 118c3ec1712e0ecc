namespace FastShardMap.Tests.Conventions;

/// <summary>Documents and comments are written in plain English: "per" and not "a", an actor as the subject.</summary>
public class PlainEnglishTests
{
    /// <summary>Files that are not written by people, by name or by folder.</summary>
    private static readonly string[] Generated =
    [
        "native-layout-docs/mutants.md", // written by .ci/mutation-check from .ci/mutants.py
    ];

    /// <summary>It shows what not to write.</summary>
    private const string Guide = ".github/CONTRIBUTING.md";

    [Fact]
    public void Documents_All_ArePlainEnglish() =>
        AssertPlain(
            from path in new[] { ".github", "bench", "native-layout-docs", "src" }
                .SelectMany(folder => Repository.FilesBelow(folder, "*.md")).Concat(["README.md", "CHANGELOG.md"])
            where path != Guide && !path.StartsWith("bench/results/", StringComparison.Ordinal)
            from line in Repository.ReadLines(path).Index()
            select (path, line.Index + 1, line.Item));

    [Fact]
    public void Comments_All_ArePlainEnglish() =>
        AssertPlain(
            from path in new[] { "src", "tests", "bench" }.SelectMany(folder => Repository.FilesBelow(folder, "*.cs"))
            where Path.GetFileName(path) != $"{nameof(PlainEnglish)}.cs"
            from comment in CSharpText.CommentsOf(Repository.ReadText(path))
            select (path, comment.Line, comment.Text.TrimStart('/', ' ')));

    [Theory]
    [InlineData("one lock a shard", "one lock a shard")]
    [InlineData("no allocation an operation, ever", "no allocation an operation")]
    [InlineData("takes 143 ns an insert", "143 ns an insert", "ns an insert")]
    [InlineData("it takes a multiplication a lookup", "a multiplication a lookup")]
    [InlineData("a thread locks a group; how many slots a group has", null)]
    [InlineData("one lock per shard, and one of a map", null)]
    [InlineData("a write to a table, a look at a group", null)]
    [InlineData("whoever comes later", "whoever")]
    [InlineData("It waits. Who holds the lock goes on.", ". Who")]
    [InlineData("it is for who needs it", "for who")]
    [InlineData("the thread that holds it, who waited for whom", null)]
    [InlineData("a table that is gone", "that is gone")]
    [InlineData("it was in vain", "in vain")]
    public void Stumbles_OneLine_FindsThem(string line, params string?[]? expected) =>
        Assert.Equal((expected ?? []).OfType<string>(), PlainEnglish.Stumbles(line));

    private static void AssertPlain(IEnumerable<(string Path, int Line, string Text)> lines)
    {
        string[] wrong =
        [
            .. from line in lines
               where !Array.Exists(Generated, name => IsFileOrFolder(line.Path, name))
               from phrase in PlainEnglish.Stumbles(line.Text)
               select $"{line.Path}({line.Line}): {phrase}",
        ];
        Assert.True(
            wrong.Length == 0,
            $"Write these otherwise ({Guide}, Language):\n  {string.Join("\n  ", wrong)}");
    }

    private static bool IsFileOrFolder(string path, string name) => name.EndsWith('/')
        ? path.StartsWith(name, StringComparison.Ordinal)
        : path == name || path.EndsWith("/" + name, StringComparison.Ordinal);
}
