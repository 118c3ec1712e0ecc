using FastShardMap.Routing;

namespace FastShardMap.Bench.Route;

/// <summary>What probability theory expects of placements by hashing.</summary>
internal static class BalanceTheory
{
    private const int Steps = 20_000;

    /// <summary>
    /// The expected skew of <paramref name="nodes"/> equal nodes. A node's share of a ring with v virtual nodes is the
    /// sum of v of the gaps between random points, whose joint distribution is that of Gamma(v) variables divided by
    /// their sum; so the expected largest share, times n, is E[max of n Gamma(v)] / v. Throwing 16,384 slots onto the
    /// ring spreads the shares as if 1/v were 1/v + n/16,384.
    /// </summary>
    /// <param name="nodes">The number of nodes.</param>
    /// <param name="virtualNodes">The number of virtual nodes; infinity for placements that have none.</param>
    public static double Skew(int nodes, double virtualNodes)
    {
        double shape = 1 / ((1 / virtualNodes) + (nodes / (double)SlotTable.SlotCount));
        return LargestOfGammas(nodes, Math.Max(1, (int)Math.Round(shape))) / shape;
    }

    /// <summary>The share of slots that a change from one number of equal nodes to another must move.</summary>
    public static double MovedShare(int from, int to) => Math.Abs(to - from) / (double)Math.Max(from, to);

    /// <summary>E[max of n Gamma(shape)], as the integral of 1 − F(x)ⁿ.</summary>
    internal static double LargestOfGammas(int count, int shape)
    {
        double deviation = Math.Sqrt(shape);
        double low = Math.Max(0, shape - (12 * deviation));
        double high = shape + (12 * deviation) + (4 * Math.Log(count)) + 40;
        double step = (high - low) / Steps;
        double sum = 0;
        for (int i = 0; i < Steps; i++)
        {
            sum += 1 - Math.Pow(GammaCdf(low + ((i + 0.5) * step), shape), count);
        }

        return low + (sum * step);
    }

    /// <summary>The distribution of Gamma(shape): that a Poisson variable of mean x reaches the shape.</summary>
    private static double GammaCdf(double x, int shape)
    {
        // Terms from the largest down; those too small for a double do not matter.
        double below = 0;
        double logTerm = ((shape - 1) * Math.Log(x)) - x - LogFactorial(shape - 1);
        for (int k = shape - 1; k >= 0; k--)
        {
            double term = Math.Exp(logTerm);
            below += term;
            if (term < below * 1e-12 && k < x)
            {
                break;
            }

            logTerm += Math.Log(k) - Math.Log(x);
        }

        return Math.Clamp(1 - below, 0, 1);
    }

    // Stirling's series, exact to 10⁻¹⁰ from 10 on.
    private static double LogFactorial(int n)
    {
        if (n < 10)
        {
            double product = 1;
            for (int i = 2; i <= n; i++)
            {
                product *= i;
            }

            return Math.Log(product);
        }

        double x = n + 1.0;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x))
            - (1 / (360 * x * x * x)) + (1 / (1260 * Math.Pow(x, 5)));
    }
}
