using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>Finds shifts and masks of the native structures' words, which the types of Layout decode.</summary>
internal static partial class WordBits
{
    /// <summary>A variable, field or property with a name such as <c>version</c>, <c>_cell.Version</c> or
    /// <c>view->Generation</c>; or the word of one of the types of Layout.</summary>
    private const string Operand = @"(?:[\w\])]+(?:\.|->))*(?:_?(?:version|generation|lock|flags|control)(?:Word)?"
        + @"|\w*(?<=[a-z_.>])(?:Version|Generation|Lock|Flags|Control)(?:Word)?|(?<=[.>])Word|tableRef|tableWord)\b"
        + @"(?!\.|->)";

    /// <summary>Binary: a blank stands on both sides, or a line's start.</summary>
    private const string Operator = @"\s+(?:<<|>>>?|&|\||\^)=?\s+";

    /// <summary>The operations in a piece of code without comments and literals.</summary>
    public static IEnumerable<Match> Find(string code) => Bits().Matches(code);

    // Operand and operator, operator and operand, complement and operand.
    [GeneratedRegex(
        $@"\b{Operand}\)*{Operator}|{Operator}~?\(*(?:[\w.]+\))?(?:new\s+\w+\()?\b{Operand}|~\(*\b{Operand}")]
    private static partial Regex Bits();
}
