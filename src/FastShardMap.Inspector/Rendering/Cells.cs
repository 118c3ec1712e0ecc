using System.Text;
using Spectre.Console.Rendering;

namespace FastShardMap.Inspector.Rendering;

/// <summary>Measures text in cells of a terminal. Wide characters take two cells, combining characters none.</summary>
internal static class Cells
{
    private const string Ellipsis = "…";

    public static int Width(string text) => new Segment(text).CellCount();

    /// <summary>Cuts a text at its end, with an ellipsis, if it is wider than that.</summary>
    public static string Cut(string text, int width) =>
        Width(text) <= width
            ? text
            : string.Concat(Take(text.EnumerateRunes(), width - 1).Select(static rune => rune.ToString())) + Ellipsis;

    /// <summary>Cuts a text at its start, with an ellipsis, if it is wider than that.</summary>
    public static string CutStart(string text, int width) => Width(text) <= width
        ? text
        : Ellipsis + string.Concat(
            Take(text.EnumerateRunes().Reverse(), width - 1).Reverse().Select(static rune => rune.ToString()));

    /// <summary>
    /// Breaks text into lines of at most that width, between words. A longer word is broken only if requested: a
    /// terminal breaks it as well, and a whole word can be copied.
    /// </summary>
    /// <param name="words">The words, in order. A word that contains spaces is broken there first.</param>
    /// <param name="separator">The text between two words of a line.</param>
    /// <param name="width">Cells per line, including a separator at its end.</param>
    /// <param name="indent">The start of all lines but the first.</param>
    /// <param name="breakWords">Whether longer words are broken.</param>
    public static IEnumerable<string> Wrap(
        IEnumerable<string> words, string separator, int width, string indent, bool breakWords)
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

    // Up to the last space that fits, if there is one: a name may have to be broken, but never an address.
    private static string Start(string text, int width)
    {
        string start = string.Concat(Take(text.EnumerateRunes(), width).Select(static rune => rune.ToString()));
        return start.LastIndexOf(' ') is > 0 and int gap && text[start.Length] != ' ' ? start[..gap] : start;
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
