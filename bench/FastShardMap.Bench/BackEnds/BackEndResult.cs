using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.BackEnds;

/// <summary>One back end in one cell of the tables.</summary>
/// <param name="Name">The back end.</param>
/// <param name="ReadPercent">The share of reads.</param>
/// <param name="Callers">Tasks that called at once.</param>
/// <param name="Shards">Shards asked for; 0 for the default.</param>
/// <param name="OperationsPerSecond">Throughput of the legs without a clock.</param>
/// <param name="RatioToFirst">The same as a multiple of the first back end's, pair by pair.</param>
/// <param name="Latencies">What operations took in the timed legs.</param>
internal sealed record BackEndResult(
    string Name,
    int ReadPercent,
    int Callers,
    int Shards,
    Spread OperationsPerSecond,
    Spread RatioToFirst,
    LatencyHistogram Latencies);
