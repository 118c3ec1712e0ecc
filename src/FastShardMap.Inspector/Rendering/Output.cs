using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FastShardMap.Inspector.Rendering;

/// <summary>Writes tables and lines for users, and JSON for programs.</summary>
internal sealed class Output
{
    /// <summary>The width of tables if the width of the output is unknown.</summary>
    private const int RedirectedWidth = 200;
    private const int HangingIndent = 4;
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };
    private readonly TextWriter _writer;
    private readonly int? _width;

    public Output(TextWriter writer)
        : this(writer, (writer as StandardOutputWriter)?.Width)
    {
    }

    /// <summary>
    /// Output of a known width. With null, lines are never folded, and tables are laid out for a wide page.
    /// </summary>
    public Output(TextWriter writer, int? width)
    {
        _writer = writer;
        _width = width;
    }

    /// <summary>The cells that a table may take.</summary>
    public int TableWidth => _width ?? RedirectedWidth;

    public TextWriter Writer => _writer;

    /// <summary>
    /// Writes a line of text without control characters. If the width is known, the line is folded between words; an
    /// address is one word.
    /// </summary>
    public void Line(string text = "")
    {
        string line = Printable.Text(text);
        if (_width is not { } width || Cells.Width(line) <= width)
        {
            _writer.WriteLine(line);
            return;
        }

        int margin = line.Length - line.AsSpan().TrimStart(' ').Length;
        string indent = new(' ', Math.Min(margin + HangingIndent, width / 2));
        string[] words = line[margin..].Split(' ');
        words[0] = line[..margin] + words[0];
        foreach (string part in Cells.Wrap(words, " ", width, indent, breakWords: false))
        {
            _writer.WriteLine(part);
        }
    }

    /// <summary>Writes a line that is already laid out.</summary>
    public void WholeLine(string text) => _writer.WriteLine(Printable.Text(text));

    public void Json<T>(T value) => _writer.WriteLine(JsonSerializer.Serialize(value, s_json));

    public void Draw(IRenderable drawing, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_writer),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = width;
        console.Write(drawing);
    }

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with its noun: "1 map", "2 maps".</summary>
    public static string Count(long number, string noun, string? plural = null) =>
        $"{Number(number)} {(number == 1 ? noun : plural ?? noun + "s")}";

    public static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);

    public static string Time(DateTime time) => time.ToString("u", CultureInfo.InvariantCulture);

    public static string Address(ulong address) => address == 0 ? "–" : $"0x{address:x}";
}
