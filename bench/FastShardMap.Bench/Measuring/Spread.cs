using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Measuring;

/// <summary>
/// What repeated measurements of one thing say: the median with the range, and the median absolute deviation.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Spread(double Median, double Min, double Max, double MedianDeviation, int Repetitions)
{
    public static readonly Spread None = new(double.NaN, double.NaN, double.NaN, double.NaN, 0);

    public bool HasValue => Repetitions > 0;

    public static Spread Of(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] sorted = [.. values];
        if (sorted.Length == 0)
        {
            return None;
        }

        Array.Sort(sorted);
        double median = MedianOfSorted(sorted);
        double[] deviations = Array.ConvertAll(sorted, value => Math.Abs(value - median));
        Array.Sort(deviations);
        return new Spread(median, sorted[0], sorted[^1], MedianOfSorted(deviations), sorted.Length);
    }

    /// <summary>
    /// The spread of the pairwise quotients. Both series are measured alternately, so a quotient of one repetition
    /// compares two neighbours in time and most of the machine's drift cancels; the quotient of two medians would keep
    /// it.
    /// </summary>
    public static Spread OfRatios(IReadOnlyList<double> numerators, IReadOnlyList<double> denominators)
    {
        ArgumentNullException.ThrowIfNull(numerators);
        ArgumentNullException.ThrowIfNull(denominators);
        if (numerators.Count != denominators.Count)
        {
            throw new ArgumentException("Paired series must be of equal length.", nameof(denominators));
        }

        return Of(numerators.Zip(denominators, (numerator, denominator) => numerator / denominator));
    }

    private static double MedianOfSorted(double[] sorted)
    {
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
