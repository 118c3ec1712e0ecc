namespace FastShardMap.Bench.Report;

/// <summary>One line or group of bars in a plot.</summary>
/// <param name="Title">What the legend says.</param>
/// <param name="Points">Positions and values, in order.</param>
/// <param name="IsDashed">Whether the line is a reference, such as the floor.</param>
internal sealed record Curve(string Title, IReadOnlyList<(double X, double Y)> Points, bool IsDashed = false);
