using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Census;

/// <summary>What one map took for the count.</summary>
internal sealed record CensusResult
{
    public required string Label { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required long Items { get; init; }

    public required long Distinct { get; init; }

    /// <summary>Every operation of every thread.</summary>
    public required LatencyHistogram Latencies { get; init; }

    public required TimeSpan GcPauses { get; init; }

    /// <summary>The map's bytes: by its own account where it has one, else what the managed heap grew by.</summary>
    public required long Bytes { get; init; }

    public double MillionPerSecond => Items / Elapsed.TotalSeconds / 1e6;

    public double BytesPerPair => (double)Bytes / Distinct;
}
