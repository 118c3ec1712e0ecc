using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>C# source reduced to its code: what a rule about code must not find in a comment or a string.</summary>
internal static partial class CSharpText
{
    /// <summary>Blanks out comments, strings and characters; lines keep their numbers.</summary>
    public static string CodeOf(string source) =>
        CommentOrLiteral().Replace(source, static match => Blank().Replace(match.Value, " "));

    /// <summary>The comments, documentation included, each with the number of its first line.</summary>
    public static IEnumerable<(int Line, string Text)> CommentsOf(string source) =>
        from match in CommentOrLiteral().Matches(source)
        where match.Value.StartsWith("//", StringComparison.Ordinal)
            || match.Value.StartsWith("/*", StringComparison.Ordinal)
        select (LineOf(source, match.Index), match.Value);

    /// <summary>Number of the line, from 1, that holds a position.</summary>
    public static int LineOf(string source, int position) => source.AsSpan(0, position).Count('\n') + 1;

    // Alternatives in order: line comment, block comment, raw string, verbatim string, string, character.
    [GeneratedRegex("""
        //[^\n]*
        | /\*.*?\*/
        | \$*"{3,}.*?"{3,}
        | (?:\$@|@\$?)"(?:[^"]|"")*"
        | \$?"(?:\\.|[^"\\\n])*"
        | '(?:\\.[^'\n]*|[^'\\\n])'
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CommentOrLiteral();

    [GeneratedRegex("[^\n]")]
    private static partial Regex Blank();
}
