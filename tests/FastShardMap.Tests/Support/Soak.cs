using System.Globalization;

namespace FastShardMap.Tests.Support;

/// <summary>
/// How long tests of concurrency go on: a second or so, or as many minutes as FASTSHARDMAP_SOAK says.
/// </summary>
internal static class Soak
{
    private const string Variable = "FASTSHARDMAP_SOAK";
    private static readonly double s_minutes =
        double.TryParse(
            Environment.GetEnvironmentVariable(Variable),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out double minutes)
            ? minutes
            : 0;

    public static bool IsOn => s_minutes > 0;

    /// <summary>The time for one test: short, or the soak's.</summary>
    public static TimeSpan Time(double seconds) =>
        IsOn ? TimeSpan.FromMinutes(s_minutes) : TimeSpan.FromSeconds(seconds);
}
