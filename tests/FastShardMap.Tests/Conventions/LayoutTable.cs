using System.Globalization;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// A table of native-layout-docs that lays out a structure: columns <c>offset</c>, <c>bytes</c> and <c>field</c>,
/// further ones at will. Offsets and sizes are decimal or 0x-hexadecimal. Bytes of no field are rows named
/// <c>(padding)</c> or other words in parentheses, so that the rows cover the structure without a gap.
/// </summary>
internal sealed class LayoutTable
{
    private LayoutTable(IReadOnlyList<(string Field, long Offset, long Bytes)> rows) => Rows = rows;

    public IReadOnlyList<(string Field, long Offset, long Bytes)> Rows { get; }

    /// <summary>
    /// The layout table under the heading that names the structure, as in <c>## `ReadView`: 32 bytes</c>.
    /// </summary>
    public static LayoutTable ReadFrom(string markdown, string structure)
    {
        MarkdownTable[] found = MarkdownTable.ReadAll(markdown)
            .Where(table => table.HasColumns("offset", "bytes", "field") && Names(table.Heading, structure))
            .ToArray();
        if (found.Length != 1)
        {
            throw new FormatException(
                $"{found.Length} tables with columns offset, bytes and field stand under a heading that names "
                    + $"{structure}; one is expected.");
        }

        return new LayoutTable(found[0].Rows
            .Select(
                row => (
                    found[0].Cell(row, "field").Trim('`', ' '),
                    Number(found[0].Cell(row, "offset")),
                    Number(found[0].Cell(row, "bytes"))))
            .ToArray());
    }

    /// <summary>What differs from the structure's real fields; nothing if the table is right and complete.</summary>
    public IReadOnlyList<string> Compare(
        long structureBytes, IReadOnlyDictionary<string, (long Offset, long Bytes)> fields)
    {
        List<string> wrong = new();
        foreach ((string field, long offset, long bytes) in Rows.Where(row => !IsFiller(row.Field)))
        {
            if (!fields.TryGetValue(field, out (long Offset, long Bytes) actual))
            {
                wrong.Add($"{field} is in the document only");
            }
            else if (actual != (offset, bytes))
            {
                wrong.Add(
                    $"{field} is at {actual.Offset} with {actual.Bytes} bytes; "
                        + $"the document says {offset} with {bytes}");
            }
        }

        HashSet<string> documented = Rows.Select(row => row.Field).ToHashSet(StringComparer.Ordinal);
        wrong.AddRange(
            fields.Keys
                .Where(field => !documented.Contains(field))
                .Order(StringComparer.Ordinal)
                .Select(field => $"{field} is in the code only"));

        long end = 0;
        foreach ((string field, long offset, long bytes) in Rows.OrderBy(row => row.Offset))
        {
            if (offset != end)
            {
                wrong.Add($"{field} starts at {offset}, but the row before it ends at {end}");
            }

            end = offset + bytes;
        }

        if (end != structureBytes)
        {
            wrong.Add($"the rows end at {end}; the structure has {structureBytes} bytes");
        }

        return wrong;
    }

    private static bool IsFiller(string field) => field.StartsWith('(');

    private static bool Names(string heading, string structure)
    {
        int at = heading.IndexOf(structure, StringComparison.Ordinal);
        return at >= 0 && !IsWord(heading, at - 1) && !IsWord(heading, at + structure.Length);
    }

    private static bool IsWord(string text, int index) =>
        index >= 0 && index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');

    private static long Number(string cell)
    {
        string text = cell.Trim('`', ' ');
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
