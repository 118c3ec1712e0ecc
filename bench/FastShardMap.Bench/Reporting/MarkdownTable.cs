using System.Text;

namespace FastShardMap.Bench.Reporting;

/// <summary>A table in GitHub's Markdown.</summary>
internal sealed class MarkdownTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    public static string Of(string[] header, IEnumerable<string[]> rows)
    {
        MarkdownTable table = new(header);
        table._rows.AddRange(rows);
        return table.ToString();
    }

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        StringBuilder text = new();
        Append(text, header);

        // The first column names things, the others are numbers.
        text.Append("| --- |");
        for (int i = 1; i < header.Length; i++)
        {
            text.Append(" ---: |");
        }

        text.Append('\n');
        foreach (string[] row in _rows)
        {
            Append(text, row);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string[] cells)
    {
        text.Append('|');
        foreach (string cell in cells)
        {
            text.Append(' ').Append(cell.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |");
        }

        text.Append('\n');
    }
}
