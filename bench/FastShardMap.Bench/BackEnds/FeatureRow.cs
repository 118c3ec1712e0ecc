using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.BackEnds;

/// <summary>One figure of a feature on top of the map.</summary>
/// <param name="Part">The part of the command it belongs to.</param>
/// <param name="What">What was measured.</param>
/// <param name="Nanoseconds">The time it took.</param>
/// <param name="Beside">The figure it is to be held against, in words.</param>
internal sealed record FeatureRow(string Part, string What, Spread Nanoseconds, string Beside);
