using System.Globalization;
using System.Text;

namespace FastShardMap.Inspector.Rendering;

/// <summary>
/// Makes text of the target safe for terminals, pages and files. Names of maps, threads and types, keys and values may
/// contain anything. Characters that have an effect instead of a glyph (control characters, line ends, direction marks)
/// become escapes such as <c>\u001b</c>, and the length is limited.
/// </summary>
internal static class Printable
{
    /// <summary>
    /// The longest name of a map or a type that is shown, in UTF-16 units. Longer names are cut and end with an
    /// ellipsis.
    /// </summary>
    public const int MaxName = 240;

    /// <summary>The longest name of a thread; a line may have several of them.</summary>
    public const int MaxThreadName = 64;

    /// <summary>The longest line or cell that is shown, in UTF-16 units.</summary>
    public const int MaxText = 4_000;

    private const char Ellipsis = '…';

    public static string Name(string? text) => Text(text, MaxName);

    public static string Text(string? text, int limit = MaxText)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        if (text.Length <= limit && IsHarmless(text))
        {
            return text;
        }

        StringBuilder shown = new();
        foreach (Rune character in text.EnumerateRunes())
        {
            string next = IsHarmless(character) ? character.ToString() : Escape(character);
            if (shown.Length + next.Length > limit - 1)
            {
                return shown.Append(Ellipsis).ToString();
            }

            shown.Append(next);
        }

        return shown.ToString();
    }

    /// <summary>Makes each line of a message safe.</summary>
    public static string Lines(string text) =>
        string.Join('\n', text.Split('\n').Select(static line => Text(line.TrimEnd('\r'))));

    private static bool IsHarmless(string text)
    {
        foreach (char character in text)
        {
            if (character is < ' ' or > '~')
            {
                return AreHarmless(text);
            }
        }

        return true;
    }

    private static bool AreHarmless(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune character) || !IsHarmless(character))
            {
                return false;
            }

            i += character.Utf16SequenceLength - 1;
        }

        return true;
    }

    // Format characters are direction marks and others without a glyph.
    private static bool IsHarmless(Rune character) => Rune.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    private static string Escape(Rune character) => character.Value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        <= 0xFFFF => $"\\u{character.Value:x4}",
        _ => $"\\U{character.Value:x8}",
    };
}
