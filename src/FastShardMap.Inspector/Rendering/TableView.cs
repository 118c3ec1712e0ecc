using Spectre.Console;

namespace FastShardMap.Inspector.Rendering;

/// <summary>
/// A table that fits the terminal. Addresses are never cut. If there is not enough room, long texts are cut to a
/// minimum, then the least important columns are left out, with a note, and finally every row becomes a block.
/// </summary>
internal sealed class TableView(params Column[] columns)
{
    /// <summary>Below this width a table of maps is shown as blocks.</summary>
    public const int WidthForRowsOfMaps = 130;

    /// <summary>
    /// The cells of a border or gap with the padding on both sides, for each column; and of the outer border.
    /// </summary>
    private const int CellsBetween = 3;

    /// <summary>The least width that is laid out; a narrower terminal folds the lines.</summary>
    private const int LeastWidth = 40;
    private const string BlockMargin = "  ";
    private const string BlockIndent = "     ";
    private readonly List<string[]> _rows = [];

    /// <summary>Whether rows become blocks on every terminal narrower than <see cref="WidthForRowsOfMaps"/>.</summary>
    public bool PrefersBlocks { get; init; }

    public void Add(params string[] cells) =>
        _rows.Add(Array.ConvertAll(cells, static cell => Printable.Text(cell, Printable.MaxName * 3)));

    /// <summary>Writes the table, or nothing if it has no rows.</summary>
    public void Write(Output output)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        int width = Math.Max(LeastWidth, output.TableWidth);
        if ((PrefersBlocks && width < WidthForRowsOfMaps) || Plan(width) is null)
        {
            WriteBlocks(output, width);
        }
        else
        {
            WriteTable(output, width, Plan(width) ?? NaturalWidths());
        }
    }

    private void WriteTable(Output output, int width, int[] widths)
    {
        Table table = new Table().Border(TableBorder.Simple);
        int[] shown = [.. Enumerable.Range(0, columns.Length).Where(column => widths[column] > 0)];
        foreach (int column in shown)
        {
            TableColumn drawn = new(Markup.Escape(columns[column].Name)) { NoWrap = true, Width = widths[column] };
            table.AddColumn(columns[column].IsNumber ? drawn.RightAligned() : drawn);
        }

        foreach (string[] row in _rows)
        {
            table.AddRow(
                shown.Select(
                    column => (Spectre.Console.Rendering.IRenderable)new Spectre.Console.Text(
                        columns[column].Cut(row[column], widths[column]))));
        }

        output.Draw(table, width);
        string[] left =
        [
            .. columns
                .Where((column, index) => !column.IsDetail && widths[index] == 0)
                .Select(static column => column.Name),
        ];
        if (left.Length > 0)
        {
            output.Line($"(no room for: {string.Join(", ", left)})");
        }

        for (int column = 0; column < columns.Length; column++)
        {
            foreach (string[] row in _rows.Where(row => columns[column].IsDetail && row[column].Length > 0))
            {
                output.Line($"{string.Join("  ", KeysOf(row))}  {columns[column].Name} {row[column]}");
            }
        }
    }

    private void WriteBlocks(Output output, int width)
    {
        output.Line();
        foreach (string[] row in _rows)
        {
            IEnumerable<string> titles = Columns(static column => column.IsTitle)
                .Select(column => row[column])
                .Where(static cell => cell.Length > 0);
            WriteLines(
                Cells.Wrap([.. KeysOf(row), .. titles], "  ", width - BlockMargin.Length, "   ", breakWords: true),
                BlockMargin);
            IEnumerable<string> pairs = Columns(static column => column is { Value: not null, IsTitle: false })
                .Where(column => row[column].Length > 0)
                .Select(column => $"{columns[column].Name} {row[column]}");
            WriteLines(
                Cells.Wrap(pairs, " · ", width - BlockIndent.Length, string.Empty, breakWords: true), BlockIndent);
            foreach (int column in Columns(static column => column.IsDetail))
            {
                string[] words = $"{columns[column].Name} {row[column]}".Split(' ');
                WriteLines(
                    row[column].Length == 0
                        ? []
                        : Cells.Wrap(words, " ", width - BlockIndent.Length, "  ", breakWords: true),
                    BlockIndent);
            }
        }

        output.Line();

        void WriteLines(IEnumerable<string> lines, string indent)
        {
            foreach (string line in lines)
            {
                output.WholeLine((indent + line).TrimEnd());
            }
        }
    }

    private IEnumerable<int> Columns(Predicate<Column> predicate) =>
        Enumerable.Range(0, columns.Length).Where(column => predicate(columns[column]));

    private IEnumerable<string> KeysOf(string[] row) =>
        Columns(static column => column is { Value: null, IsDetail: false })
            .Select(column => row[column])
            .Where(static cell => cell.Length > 0);

    private int[] NaturalWidths() => [.. Enumerable.Range(0, columns.Length).Select(column => columns[column].IsDetail
        ? 0
        : _rows.Select(row => Cells.Width(row[column])).Append(Cells.Width(columns[column].Name)).Max())];

    /// <summary>The width of each column, 0 for a column that is left out; null if the table does not fit.</summary>
    private int[]? Plan(int width)
    {
        int[] widths = NaturalWidths();
        while (Total(widths) > width)
        {
            int[] least =
            [
                .. widths.Select(
                    (natural, column) => natural == 0 ? 0 : Math.Min(natural, LeastOf(columns[column], natural))),
            ];
            if (Total(least) <= width)
            {
                Shrink(widths, least, Total(widths) - width);
                return widths;
            }

            int victim = Enumerable.Range(0, columns.Length)
                .Where(column => widths[column] > 0 && columns[column].Value is not null)
                .OrderBy(column => columns[column].Value)
                .FirstOrDefault(-1);
            if (victim < 0)
            {
                return null;
            }

            widths[victim] = 0;
        }

        return widths;
    }

    private static int LeastOf(Column column, int natural) =>
        column.LeastCells is { } least ? Math.Max(least, Cells.Width(column.Name)) : natural;

    // The widest column is narrowed first.
    private static void Shrink(int[] widths, int[] least, int excess)
    {
        for (; excess > 0; excess--)
        {
            int widest = Enumerable.Range(0, widths.Length)
                .Where(column => widths[column] > least[column])
                .MaxBy(column => widths[column]);
            widths[widest]--;
        }
    }

    private static int Total(int[] widths) =>
        1 + widths.Where(static width => width > 0).Sum(static width => width + CellsBetween);
}
