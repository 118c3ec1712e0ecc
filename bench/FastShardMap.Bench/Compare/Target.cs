using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Compare;

/// <summary>A bound on a measured quantity, and what was measured.</summary>
/// <param name="Text">The bound in words, such as "≤ 0.5 × CD".</param>
/// <param name="Limit">The most the median may be.</param>
/// <param name="Measured">What it was.</param>
/// <param name="Format">How to print it.</param>
/// <param name="IsGoal">Whether it is a later goal, which does not decide the verdict.</param>
internal sealed record Target(
    string Text, double Limit, Spread Measured, Func<double, string> Format, bool IsGoal = false)
{
    public bool IsMet => Measured.HasValue && Measured.Median <= Limit;

    public static Target OfDictionary(double limit, Spread ratio) =>
        new($"<= {limit:0.##} x CD", limit, ratio, Units.Digits);

    public static Target OfFloor(double limit, Spread ratio) =>
        new($"<= {limit:0.##} x floor", limit, ratio, Units.Digits);
}
