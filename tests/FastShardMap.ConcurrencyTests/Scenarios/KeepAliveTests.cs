using System.Text.RegularExpressions;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>
/// An operation keeps its map alive to its end: otherwise the arena could be finalized, and its memory unmapped, under
/// an operation of the last reference. No schedule shows that, so the sources are looked at.
/// </summary>
public partial class KeepAliveTests
{
    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(LibraryFolder(), "ShardMap*.cs")
            .Concat(Directory.EnumerateFiles(Path.Combine(LibraryFolder(), "Caching"), "ShardCache*.cs"))
            .Select(static path => Path.GetRelativePath(LibraryFolder(), path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Members_ThatUseNativeMemory_KeepTheMapAliveAfterwards(string file)
    {
        List<string> wrong = [];
        foreach (Match member in Member().Matches(File.ReadAllText(Path.Combine(LibraryFolder(), file))))
        {
            string body = member.Value;
            Match last = NativeUse().Matches(body) is { Count: > 0 } uses ? uses[^1] : Match.Empty;
            bool leavesToTheCaller = body.Contains("NeedsNoKeepAlive", StringComparison.Ordinal);
            if (last.Success && !leavesToTheCaller
                && body.LastIndexOf("GC.KeepAlive(", StringComparison.Ordinal) < last.Index)
            {
                wrong.Add(body.Split('\n')[0].Trim());
            }
        }

        Assert.True(
            wrong.Count == 0,
            $"{file}: no GC.KeepAlive after the last use of native memory in\n  {string.Join("\n  ", wrong)}");
    }

    // Not by the caller's path, which a deterministic build rewrites.
    private static string LibraryFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FastShardMap.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(
            folder?.FullName ?? throw new DirectoryNotFoundException("No FastShardMap.sln above the tests."),
            "src/FastShardMap");
    }

    // A member with a body at the usual indentation, up to its closing brace.
    [GeneratedRegex(
        @"^(?<indent>    (?:    )?)(?:public|private|internal|protected|bool|long)[^;={]*\r?\n"
            + @"\k<indent>\{\r?\n(?:.*\r?\n)*?\k<indent>\}\r?$",
        RegexOptions.Multiline)]
    private static partial Regex Member();

    // Operations on the shards, and lookups of a cache; what only reads fields of the managed object needs nothing.
    [GeneratedRegex(
        @"(?:_shards|\.Shards)\.(?!Hash\b|ThrowIfDisposed\b|IsDisposed\b|ShardCount\b|Arena\b|PartsOf\b)\w+"
            + @"|\bTryRead(?:Home|Path|Anywhere)\(")]
    private static partial Regex NativeUse();
}
