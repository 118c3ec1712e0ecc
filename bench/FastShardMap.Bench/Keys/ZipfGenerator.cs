namespace FastShardMap.Bench.Keys;

/// <summary>
/// Draws ranks 1…n with probability proportional to rank^−θ, exactly, in constant time and without tables.
/// </summary>
/// <remarks>
/// Rejection-inversion of W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates from monotone
/// discrete distributions", ACM TOMACS 6(3), 1996. YCSB's generator approximates and needs a sum over all n ranks
/// first.
/// </remarks>
internal sealed class ZipfGenerator
{
    private readonly double _theta;
    private readonly double _areaLeft;
    private readonly double _areaRight;
    private readonly double _quickAccept;
    private readonly long _ranks;
    private SplitMix _random;

    public ZipfGenerator(long ranks, double theta, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(theta, 0.0);
        _ranks = ranks;
        _theta = theta;
        _random = new SplitMix(seed);
        _areaLeft = Area(1.5) - 1.0;
        _areaRight = Area(ranks + 0.5);
        _quickAccept = 2.0 - AreaInverse(Area(2.5) - Height(2.0));
    }

    public long NextRank()
    {
        while (true)
        {
            double u = _areaRight + (_random.NextDouble() * (_areaLeft - _areaRight));
            double x = AreaInverse(u);
            long rank = Math.Clamp((long)(x + 0.5), 1, _ranks);
            if (rank - x <= _quickAccept || u >= Area(rank + 0.5) - Height(rank))
            {
                return rank;
            }
        }
    }

    // The density x^−θ and its integral from 1; the integral's form near θ = 1 is the logarithm, so both use series
    // there.
    private double Height(double x) => Math.Exp(-_theta * Math.Log(x));

    private double Area(double x)
    {
        double log = Math.Log(x);
        return ExpMinusOneOver((1.0 - _theta) * log) * log;
    }

    private double AreaInverse(double area)
    {
        double t = Math.Max(area * (1.0 - _theta), -1.0);
        return Math.Exp(LogOnePlusOver(t) * area);
    }

    /// <summary>(eˣ − 1) / x, also at 0.</summary>
    private static double ExpMinusOneOver(double x) =>
        Math.Abs(x) > 1e-8 ? (Math.Exp(x) - 1.0) / x : 1.0 + (x * 0.5 * (1.0 + (x / 3.0)));

    /// <summary>ln(1 + x) / x, also at 0.</summary>
    private static double LogOnePlusOver(double x) =>
        Math.Abs(x) > 1e-8 ? Math.Log(1.0 + x) / x : 1.0 - (x * (0.5 - (x / 3.0)));
}
