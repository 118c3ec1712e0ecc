using System.Diagnostics;
using Spectre.Console;

namespace FastShardMap.Bench.Reporting;

/// <summary>
/// What the output can show: colours, boxes and moving bars on a terminal, plain ASCII text anywhere else.
/// </summary>
internal sealed class Terminal
{
    /// <summary>Wide enough for every table here; a file or a pipe has no width of its own.</summary>
    private const int PlainWidth = 250;

    private Terminal(IAnsiConsole console, bool isLive)
    {
        Console = console;
        IsLive = isLive;
    }

    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    public IAnsiConsole Console { get; }

    /// <summary>Whether something that moves may be drawn.</summary>
    public bool IsLive { get; }

    public static Terminal Create()
    {
        bool plain = System.Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(System.Console.Out),
        });
        if (plain)
        {
            console.Profile.Width = PlainWidth;
            console.Profile.Capabilities.Unicode = false;
        }

        return new Terminal(console, !plain && console.Profile.Capabilities is { Ansi: true, Interactive: true });
    }

    public Table NewTable()
    {
        Table table = new();
        return table.Border(Console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii);
    }

    /// <param name="header">The columns' names.</param>
    /// <param name="rows">Their cells.</param>
    /// <param name="isNamed">Whether the first column names things; the others are numbers.</param>
    /// <param name="colour">The colour of a last cell.</param>
    public void WriteTable(
        IEnumerable<string> header,
        IEnumerable<string[]> rows,
        bool isNamed = false,
        Func<string, string>? colour = null)
    {
        Table table = NewTable();
        foreach (string name in header)
        {
            TableColumn column = new(name);
            table.AddColumn(isNamed && table.Columns.Count == 0 ? column : column.RightAligned());
        }

        foreach (string[] row in rows)
        {
            string[] cells = Array.ConvertAll(row, Markup.Escape);
            if (colour is not null)
            {
                cells[^1] = $"[{colour(row[^1])}]{cells[^1]}[/]";
            }

            table.AddRow(cells);
        }

        Console.Write(table);
    }

    public void WriteLine(string text = "") => Console.WriteLine(text);

    /// <summary>
    /// Says on standard error what is being done now, so that standard output holds results only.
    /// </summary>
    public void Announce(string stage) =>
        System.Console.Error.WriteLine($"[{_sinceStart.Elapsed.TotalSeconds,4:0} s] {stage} ...");

    public void Success(string text) => Console.MarkupLineInterpolated($"[green]{text}[/]");

    public void Failure(string text) => Console.MarkupLineInterpolated($"[red]{text}[/]");
}
