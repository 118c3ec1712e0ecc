using System.Globalization;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>How far tests explore: <c>FASTSHARDMAP_EFFORT=10</c> explores ten times as much, 0.1 a tenth.</summary>
internal static class Effort
{
    private static readonly double s_factor =
        double.TryParse(
            System.Environment.GetEnvironmentVariable("FASTSHARDMAP_EFFORT"),
            CultureInfo.InvariantCulture,
            out double factor)
            ? factor
            : 1;

    public static bool IsDefault => s_factor == 1;

    public static int Preemptions => s_factor > 5 ? 3 : 2;

    public static long MaxSchedules => Of(6_000);

    public static int Of(int schedules) => (int)Math.Min(int.MaxValue, Math.Max(1, schedules * s_factor));
}
