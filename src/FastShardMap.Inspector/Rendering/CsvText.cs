using System.Globalization;

namespace FastShardMap.Inspector.Rendering;

/// <summary>
/// Writes fields of CSV (RFC 4180) that a spreadsheet shows but does not run. Text that starts like a formula gets a
/// leading apostrophe, and control characters become escapes. Numbers stay as they are. Programs read these files, so
/// that no field is cut.
/// </summary>
internal static class CsvText
{
    private const string FormulaStarts = "=+-@|%";

    public static string Field(string text)
    {
        string shown = Printable.Text(text, int.MaxValue);
        if (shown.Length > 0 && FormulaStarts.Contains(shown[0], StringComparison.Ordinal) && !IsNumber(shown))
        {
            shown = "'" + shown;
        }

        return shown.AsSpan().ContainsAny(",\"")
            ? $"\"{shown.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : shown;
    }

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            || TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _);
}
