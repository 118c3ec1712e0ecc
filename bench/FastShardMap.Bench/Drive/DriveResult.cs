using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Drive;

/// <summary>What driving one map with one mix gave.</summary>
/// <param name="Map">The map's label.</param>
/// <param name="Mix">The mix's name.</param>
/// <param name="Distribution">The keys' distribution.</param>
/// <param name="Threads">Threads at work.</param>
/// <param name="OperationsPerSecond">Of all threads together; none in an open loop.</param>
/// <param name="Latencies">By kind of operation, all repetitions together.</param>
internal sealed record DriveResult(
    string Map,
    string Mix,
    string Distribution,
    int Threads,
    Spread OperationsPerSecond,
    IReadOnlyList<(string Kind, LatencyHistogram Latencies)> Latencies);
