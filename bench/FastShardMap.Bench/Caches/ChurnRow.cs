namespace FastShardMap.Bench.Caches;

/// <summary>What a full cache does in the long run.</summary>
/// <param name="Operations">The number of lookups and stores.</param>
/// <param name="Entries">The limit of the cache.</param>
/// <param name="HitRatios">The hit ratio of each tenth of the operations.</param>
/// <param name="ResidentBytes">The resident memory of the process after each tenth.</param>
/// <param name="ReferenceRatio">The hit ratio of exact S3-FIFO over such requests.</param>
internal sealed record ChurnRow(
    long Operations,
    int Entries,
    IReadOnlyList<double> HitRatios,
    IReadOnlyList<long> ResidentBytes,
    double ReferenceRatio)
{
    public const string Row = "churn-cache";

    /// <summary>The resident memory at the end, as a multiple of that after the first tenth.</summary>
    public double Growth => (double)ResidentBytes[^1] / ResidentBytes[0];

    /// <summary>How many points of its hit ratio the cache has lost, at its worst, during the second half, or how many
    /// it was behind the reference in a tenth after the first, if that is more. In the first tenth the cache is filled,
    /// and in the next ones the share of its small ring settles.</summary>
    public double PointsLost
    {
        get
        {
            double[] late = [.. HitRatios.Skip(HitRatios.Count / 2)];
            return 100 * Math.Max(late[0] - late.Min(), ReferenceRatio - HitRatios.Skip(1).Min());
        }
    }
}
