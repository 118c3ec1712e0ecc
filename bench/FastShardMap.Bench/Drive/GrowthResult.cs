using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Drive;

/// <summary>What growing one map from empty gave, all repetitions together.</summary>
/// <param name="Map">The map's label and what was set for it.</param>
/// <param name="Readers">Threads that read meanwhile.</param>
/// <param name="LongestInsert">The longest insert of each repetition, in nanoseconds.</param>
/// <param name="Inserts">Every insert.</param>
/// <param name="Reads">Every lookup meanwhile.</param>
internal sealed record GrowthResult(
    string Map, int Readers, Spread LongestInsert, LatencyHistogram Inserts, LatencyHistogram Reads);
