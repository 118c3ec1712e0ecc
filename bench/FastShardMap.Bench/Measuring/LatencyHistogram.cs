using System.Diagnostics;
using System.Numerics;

namespace FastShardMap.Bench.Measuring;

/// <summary>
/// Counts durations in logarithmic buckets of at most 1/128 relative width, as HdrHistogram does with two significant
/// digits. One thread records into one histogram; histograms of several threads are merged with <see cref="Add"/>
/// afterwards.
/// </summary>
/// <remarks>
/// Values are clock ticks (<see cref="Stopwatch.GetTimestamp"/>). Below 2 × <see cref="BucketsPerOctave"/> every value
/// has its own bucket; above, an octave has <see cref="BucketsPerOctave"/> buckets of equal width. A percentile answers
/// with the upper edge of its bucket, so it is never too low and at most 0.79 % too high; maximum, minimum and sum are
/// exact.
/// </remarks>
internal sealed class LatencyHistogram
{
    private const int OctaveBits = 7;
    private const int BucketsPerOctave = 1 << OctaveBits;

    // The last value, long.MaxValue, has its highest bit at position 62.
    private const int BucketCount = (62 - OctaveBits + 2) * BucketsPerOctave;

    private readonly long[] _counts = new long[BucketCount];
    private long _count;
    private long _sum;
    private long _max;
    private long _min = long.MaxValue;

    public long Count => _count;

    public long MaxTicks => _max;

    public long MinTicks => _count == 0 ? 0 : _min;

    public double MeanTicks => _count == 0 ? 0 : (double)_sum / _count;

    /// <summary>Records one duration. A negative one (a clock that stepped back) counts as zero.</summary>
    public void Record(long ticks)
    {
        if (ticks < 0)
        {
            ticks = 0;
        }

        _counts[BucketOf(ticks)]++;
        _count++;
        _sum += ticks;
        if (ticks > _max)
        {
            _max = ticks;
        }

        if (ticks < _min)
        {
            _min = ticks;
        }
    }

    /// <summary>Adds the counts of another histogram, which no thread may be recording into.</summary>
    public void Add(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        _count += other._count;
        _sum += other._sum;
        _max = Math.Max(_max, other._max);
        _min = Math.Min(_min, other._min);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        _count = 0;
        _sum = 0;
        _max = 0;
        _min = long.MaxValue;
    }

    /// <summary>
    /// The smallest bucket edge that at least <paramref name="fraction"/> of all recorded values do not exceed (nearest
    /// rank).
    /// </summary>
    public long PercentileTicks(double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1.0);
        if (_count == 0)
        {
            return 0;
        }

        // A product such as 0.9999 × 10,000 may come out a hair above the whole number it stands for; the subtraction
        // undoes it.
        long rank = Math.Clamp((long)Math.Ceiling((fraction * _count) - 1e-9), 1, _count);
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Math.Min(UpperEdge(i), _max);
            }
        }

        return _max;
    }

    /// <summary>The buckets that hold something: upper edge, count in the bucket.</summary>
    public IEnumerable<(long UpperTicks, long Count)> Buckets()
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != 0)
            {
                yield return (Math.Min(UpperEdge(i), _max), _counts[i]);
            }
        }
    }

    public static double ToNanoseconds(double ticks) => ticks * (1e9 / Stopwatch.Frequency);

    internal static int BucketOf(long ticks)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)ticks) - OctaveBits, 0);
        return (shift * BucketsPerOctave) + (int)((ulong)ticks >> shift);
    }

    internal static long UpperEdge(int bucket)
    {
        int shift = Math.Max((bucket / BucketsPerOctave) - 1, 0);
        long mantissa = bucket - ((long)shift * BucketsPerOctave);
        return ((mantissa + 1) << shift) - 1;
    }
}
