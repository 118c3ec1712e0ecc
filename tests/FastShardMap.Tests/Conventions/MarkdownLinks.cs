using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>The links of a Markdown document, and what they can lead to.</summary>
internal static partial class MarkdownLinks
{
    /// <summary>Target and anchor of every link in a line; both may be empty.</summary>
    public static IEnumerable<(string Target, string Anchor)> InLine(string line) =>
        Link().Matches(line).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

    /// <summary>The path from the root that a link of a document leads to.</summary>
    public static string Resolve(string document, string target) =>
        Path.GetRelativePath(
            Repository.Root, Path.GetFullPath(target, Path.GetDirectoryName(Repository.PathOf(document))!))
            .Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The anchors of a document's headings, as GitHub makes them.</summary>
    public static IEnumerable<string> AnchorsOf(string markdown) =>
        Heading().Matches(markdown).Select(match =>
            Dropped().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)#\s]*)#?([^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();
}
