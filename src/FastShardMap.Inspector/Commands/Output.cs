using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace FastShardMap.Inspector.Commands;

/// <summary>Tables for people, JSON for programs.</summary>
internal sealed class Output
{
    /// <summary>Redirected output has no width; tables should not be folded because of that.</summary>
    private const int RedirectedWidth = 200;
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };
    private readonly TextWriter _writer;

    public Output(TextWriter writer)
    {
        _writer = writer;
        bool isConsole = ReferenceEquals(writer, System.Console.Out) && !System.Console.IsOutputRedirected;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isConsole ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isConsole ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isConsole)
        {
            Console.Profile.Width = RedirectedWidth;
        }
    }

    public IAnsiConsole Console { get; }

    public TextWriter Writer => _writer;

    public void Line(string text = "") => _writer.WriteLine(text);

    public void Json<T>(T value) => _writer.WriteLine(JsonSerializer.Serialize(value, s_json));

    /// <summary>A table whose first columns are text and whose others are numbers.</summary>
    public static Table Table(int textColumns, params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        for (int i = 0; i < columns.Length; i++)
        {
            TableColumn column = new(Markup.Escape(columns[i])) { NoWrap = i != 0 };
            table.AddColumn(i < textColumns ? column : column.RightAligned());
        }

        return table;
    }

    public static void Row(Table table, params string[] cells) =>
        table.AddRow(cells.Select(cell => (Spectre.Console.Rendering.IRenderable)new Text(cell)).ToArray());

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);

    public static string Address(ulong address) => address == 0 ? "–" : $"0x{address:x}";
}
