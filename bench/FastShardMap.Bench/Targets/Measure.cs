using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Targets;

/// <summary>One figure of a row that a target may be about.</summary>
internal sealed record Measure(TargetUnit Unit, Spread Value);
