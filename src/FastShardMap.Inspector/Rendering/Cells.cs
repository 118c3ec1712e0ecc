using System.Text;
using Spectre.Console.Rendering;

namespace FastShardMap.Inspector.Rendering;

/// <summary>Text measured in the cells of a terminal: wide characters take two, combining ones none.</summary>
internal static class Cells
{
    private const string Ellipsis = "…";

    public static int Width(string text) => new Segment(text).CellCount();

    /// <summary>The start of a text, with an ellipsis if it is longer than that.</summary>
    public static string Cut(string text, int width) =>
        Width(text) <= width ? text : string.Concat(Take(text.EnumerateRunes(), width - 1).Select(static rune => rune.ToString())) + Ellipsis;

    /// <summary>The end of a text, after an ellipsis if it is longer than that.</summary>
    public static string CutStart(string text, int width) => Width(text) <= width
        ? text
        : Ellipsis + string.Concat(Take(text.EnumerateRunes().Reverse(), width - 1).Reverse().Select(static rune => rune.ToString()));

    /// <summary>Lines of at most that width, broken between words. A word that is longer is broken only if so wished: a
    /// terminal breaks it, too, and in one piece it can be copied.</summary>
    /// <param name="words">What stays together, in order; what has gaps is broken there first.</param>
    /// <param name="separator">What stands between two of them within a line.</param>
    /// <param name="width">Cells for a line, with the separator that may end it.</param>
    /// <param name="indent">What all lines but the first start with.</param>
    /// <param name="breakWords">Whether longer words are broken.</param>
    public static IEnumerable<string> Wrap(IEnumerable<string> words, string separator, int width, string indent, bool breakWords)
    {
        StringBuilder line = new();
        int used = 0;
        bool isEmpty = true;
        width -= Width(separator.TrimEnd());
        foreach (string word in words)
        {
            string rest = word;
            int separatorWidth = isEmpty ? 0 : Width(separator);
            if (!isEmpty && used + separatorWidth + Width(rest) > width)
            {
                yield return line.Append(separator.TrimEnd()).ToString();
                line.Clear().Append(indent);
                used = Width(indent);
                isEmpty = true;
            }

            if (!isEmpty)
            {
                line.Append(separator);
                used += separatorWidth;
            }

            while (breakWords && used + Width(rest) > width)
            {
                string piece = Start(rest, Math.Max(2, width - used));
                yield return line.Append(piece).ToString();
                rest = rest[piece.Length..].TrimStart(' ');
                line.Clear().Append(indent);
                used = Width(indent);
            }

            line.Append(rest);
            used += Width(rest);
            isEmpty = false;
        }

        if (!isEmpty)
        {
            yield return line.ToString();
        }
    }

    // Up to the last gap that fits, if there is one: a name may have to break, an address never.
    private static string Start(string text, int width)
    {
        string start = string.Concat(Take(text.EnumerateRunes(), width).Select(static rune => rune.ToString()));
        return start.LastIndexOf(' ') is > 0 and var gap && text[start.Length] != ' ' ? start[..gap] : start;
    }

    private static IEnumerable<Rune> Take(IEnumerable<Rune> text, int width)
    {
        int used = 0;
        foreach (Rune rune in text)
        {
            used += Width(rune.ToString());
            if (used > width)
            {
                yield break;
            }

            yield return rune;
        }
    }
}
