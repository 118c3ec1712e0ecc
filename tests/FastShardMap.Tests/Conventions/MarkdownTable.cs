namespace FastShardMap.Tests.Conventions;

/// <summary>A table of a Markdown document, by the names of its columns.</summary>
internal sealed class MarkdownTable
{
    private readonly string[] _columns;

    private MarkdownTable(string heading, string[] columns, IReadOnlyList<string[]> rows)
    {
        Heading = heading;
        _columns = columns;
        Rows = rows;
    }

    /// <summary>The nearest heading above, without its marks.</summary>
    public string Heading { get; }

    /// <summary>The cells of each row; as many as there are columns.</summary>
    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>Whether every name is that of a column, compared without case.</summary>
    public bool HasColumns(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (IndexOf(name) < 0)
            {
                return false;
            }
        }

        return true;
    }

    public string Cell(string[] row, string column) => row[IndexOf(column)];

    public static IReadOnlyList<MarkdownTable> ReadAll(string markdown)
    {
        List<MarkdownTable> tables = new();
        string[] lines = markdown.ReplaceLineEndings("\n").Split('\n');
        string heading = "";
        bool inCode = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inCode = !inCode;
            }
            else if (!inCode && line.StartsWith('#'))
            {
                heading = line.TrimStart('#').Trim();
            }
            else if (!inCode && IsRow(line) && i + 1 < lines.Length && IsRule(lines[i + 1].Trim()))
            {
                string[] columns = CellsOf(line);
                List<string[]> rows = new();
                for (i += 2; i < lines.Length && IsRow(lines[i].Trim()); i++)
                {
                    string[] cells = CellsOf(lines[i].Trim());
                    Array.Resize(ref cells, columns.Length);
                    rows.Add(cells.Select(cell => cell ?? "").ToArray());
                }

                i--;
                tables.Add(new MarkdownTable(heading, columns, rows));
            }
        }

        return tables;
    }

    private int IndexOf(string name) =>
        Array.FindIndex(_columns, column => column.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsRow(string line) => line.StartsWith('|') && line.Length > 1;

    private static bool IsRule(string line) =>
        IsRow(line) && line.All(character => character is '|' or '-' or ':' or ' ');

    // A bar inside a cell is written \|.
    private static string[] CellsOf(string line)
    {
        const char Bar = '\u0001';
        string inner = line.Replace("\\|", Bar.ToString(), StringComparison.Ordinal).Trim('|');
        return inner.Split('|').Select(cell => cell.Replace(Bar, '|').Trim()).ToArray();
    }
}
