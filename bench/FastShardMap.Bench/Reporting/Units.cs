using System.Globalization;

namespace FastShardMap.Bench.Reporting;

/// <summary>Numbers as people read them: three significant digits and a unit.</summary>
internal static class Units
{
    public static string Duration(double nanoseconds) => nanoseconds switch
    {
        double.NaN => "-",
        < 0 => "-" + Duration(-nanoseconds),
        < 1e3 => Digits(nanoseconds) + " ns",
        < 1e6 => Digits(nanoseconds / 1e3) + " us",
        < 1e9 => Digits(nanoseconds / 1e6) + " ms",
        _ => Digits(nanoseconds / 1e9) + " s",
    };

    public static string Duration(TimeSpan duration) => Duration(duration.TotalNanoseconds);

    public static string Bytes(double bytes) => bytes switch
    {
        double.NaN => "-",
        < 1 << 10 => Digits(bytes) + " B",
        < 1 << 20 => Digits(bytes / (1 << 10)) + " KiB",
        < 1 << 30 => Digits(bytes / (1 << 20)) + " MiB",
        _ => Digits(bytes / (1 << 30)) + " GiB",
    };

    /// <summary>At least three significant digits, never an exponent.</summary>
    public static string Digits(double value)
    {
        string format = Math.Abs(value) switch
        {
            _ when double.IsNaN(value) => "0",
            0 => "0",
            < 0.01 => "0.0000",
            < 0.1 => "0.0000",
            < 1 => "0.000",
            < 10 => "0.00",
            < 100 => "0.0",
            _ => "#,0",
        };
        return double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
    }

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Reads a number of bytes such as 1000, 64K, 32M or 2G (powers of 1,024).</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch
        {
            'K' => 10,
            'M' => 20,
            'G' => 30,
            _ => 0,
        };
        string digits = shift == 0 ? text : text[..^1];
        bool isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);
        if (!isNumber || bytes > long.MaxValue >> shift)
        {
            return false;
        }

        bytes <<= shift;
        return true;
    }
}
