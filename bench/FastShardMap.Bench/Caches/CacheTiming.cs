using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Caches;

/// <summary>A time of one cache.</summary>
/// <param name="Row">The short name of the row.</param>
/// <param name="Label">The cache.</param>
/// <param name="Nanoseconds">The time per operation.</param>
/// <param name="Ratio">The paired ratio to ShardCache; for ShardCache itself, to ShardMap (hits) or to ConcurrentLru
/// (stores).</param>
internal sealed record CacheTiming(string Row, string Label, Spread Nanoseconds, Spread Ratio);
