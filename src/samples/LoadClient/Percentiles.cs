namespace LoadClient;

/// <summary>Percentiles of latencies, in milliseconds.</summary>
internal sealed record Percentiles(int Count, double P50, double P99, double P999, double Max)
{
    public static Percentiles Of(double[] milliseconds)
    {
        if (milliseconds.Length == 0)
        {
            return new Percentiles(0, double.NaN, double.NaN, double.NaN, double.NaN);
        }

        double[] sorted = [.. milliseconds.Order()];
        return new Percentiles(sorted.Length, At(0.5), At(0.99), At(0.999), sorted[^1]);

        // The smallest latency that at least this share of the requests does not exceed.
        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
