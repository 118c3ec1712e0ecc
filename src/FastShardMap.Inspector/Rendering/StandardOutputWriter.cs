using System.Globalization;
using System.Text;

namespace FastShardMap.Inspector.Rendering;

/// <summary>
/// Writes to the standard output, and knows its width: that of the terminal, or the one that the environment gives for
/// redirected output.
/// </summary>
internal sealed class StandardOutputWriter : StreamWriter
{
    /// <summary>The width of redirected output, as <c>watch</c> sets it.</summary>
    private const string WidthVariable = "COLUMNS";

    private const int UsualTerminal = 80;
    private const int MaxWidth = 10_000;

    /// <summary>
    /// There may be millions of entries, so the buffer is flushed only when it is full and at the end.
    /// </summary>
    private const int BufferBytes = 1 << 16;

    private StandardOutputWriter(Encoding encoding, int? width)
        : base(new StandardOutput(Console.OpenStandardOutput()), encoding, BufferBytes) => Width = width;

    /// <summary>The width in cells; null if it is unknown.</summary>
    public int? Width { get; }

    public static StandardOutputWriter Open(Encoding encoding) => Console.IsOutputRedirected
        ? new StandardOutputWriter(encoding, WidthFromEnvironment())
        : new StandardOutputWriter(encoding, Console.WindowWidth is > 0 and int width ? width : UsualTerminal)
        {
            AutoFlush = true,
        };

    private static int? WidthFromEnvironment() =>
        int.TryParse(
            Environment.GetEnvironmentVariable(WidthVariable),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int width) && width > 0
            ? Math.Min(width, MaxWidth)
            : null;
}
