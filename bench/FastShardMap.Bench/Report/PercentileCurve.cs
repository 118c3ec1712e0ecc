using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Report;

/// <summary>
/// A histogram as the curve of its percentiles, the far ones spread out: one in how many takes longer.
/// </summary>
internal static class PercentileCurve
{
    /// <summary>
    /// Points nearer to the last one than this are left out: a plot of a thousand pixels cannot show them.
    /// </summary>
    private const double LeastStep = 1.01;

    public static IEnumerable<(double OneIn, double Nanoseconds)> Of(LatencyHistogram latencies)
    {
        ArgumentNullException.ThrowIfNull(latencies);
        long seen = 0;
        double lastOneIn = 0;
        foreach ((long upper, long count) in latencies.Buckets())
        {
            seen += count;

            // After the last bucket nothing is left; it stands at one in all.
            long longer = Math.Max(latencies.Count - seen, 1);
            double oneIn = (double)latencies.Count / longer;
            if (oneIn >= lastOneIn * LeastStep || seen == latencies.Count)
            {
                lastOneIn = oneIn;
                yield return (oneIn, LatencyHistogram.ToNanoseconds(upper));
            }
        }
    }
}
