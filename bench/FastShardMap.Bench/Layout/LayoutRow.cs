using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Layout;

/// <summary>What was measured of one candidate in one table.</summary>
internal sealed record LayoutRow(LayoutCandidate Candidate, long SlotsBytes, double Load)
{
    public required bool IsLarge { get; init; }

    public required double BytesPerEntry { get; init; }

    public required double PastHome { get; init; }

    public required Series Hits { get; init; }

    public required Series Dependent { get; init; }

    public required Series Misses { get; init; }

    public IEnumerable<Series> All => [Hits, Dependent, Misses];
}
