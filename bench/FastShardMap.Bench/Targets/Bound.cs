namespace FastShardMap.Bench.Targets;

/// <summary>On which side of its limit a figure is to lie.</summary>
internal enum Bound
{
    AtMost,
    AtLeast,
}
