namespace FastShardMap.Bench.Caches;

/// <summary>What a full cache does in the long run.</summary>
/// <param name="Operations">The number of lookups and stores.</param>
/// <param name="Entries">The limit of the cache.</param>
/// <param name="HitRatios">The hit ratio of each tenth of the operations.</param>
/// <param name="ResidentBytes">The resident memory of the process after each tenth.</param>
internal sealed record ChurnRow(
    long Operations, int Entries, IReadOnlyList<double> HitRatios, IReadOnlyList<long> ResidentBytes)
{
    public const string Row = "churn-cache";

    /// <summary>The resident memory at the end, as a multiple of that after the first tenth.</summary>
    public double Growth => (double)ResidentBytes[^1] / ResidentBytes[0];

    /// <summary>How many points of its hit ratio the cache has lost, at its worst, since the second tenth. In the first
    /// one it was filled.</summary>
    public double PointsLost => 100 * (HitRatios[1] - HitRatios.Skip(1).Min());
}
