namespace FastShardMap.Bench.Near;

/// <summary>A value of 16 bytes.</summary>
internal readonly record struct NearPair(long First, long Second);
