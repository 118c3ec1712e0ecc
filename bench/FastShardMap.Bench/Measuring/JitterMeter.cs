using System.Diagnostics;
using FastShardMap.Bench.Drive;

namespace FastShardMap.Bench.Measuring;

/// <summary>
/// Measures the machine's own pauses: a loop that does nothing but read the clock, with every gap between two readings
/// recorded. No operation timed on this machine can be promised to stay below the longest of these gaps.
/// </summary>
internal static class JitterMeter
{
    /// <summary>Runs the empty timing loop on the calling thread.</summary>
    public static LatencyHistogram Measure(TimeSpan duration)
    {
        LatencyHistogram gaps = new();
        Measure(duration, gaps);
        return gaps;
    }

    /// <summary>
    /// Runs the empty timing loop on the calling thread and records into a histogram the caller already has.
    /// </summary>
    public static void Measure(TimeSpan duration, LatencyHistogram gaps)
    {
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long last = start;
        while (last < end)
        {
            long now = Stopwatch.GetTimestamp();
            gaps.Record(now - last);
            last = now;
        }
    }

    /// <summary>Runs the empty timing loop on several threads at once, and adds what all of them recorded.</summary>
    public static void MeasureOnThreads(int threads, TimeSpan duration, bool pin, LatencyHistogram all) =>
        ParallelRun.Run(threads, thread =>
        {
            using ThreadPin pinned = pin ? ThreadPin.ToCore(thread) : default;
            LatencyHistogram own = Measure(duration);
            lock (all)
            {
                all.Add(own);
            }
        });

    /// <summary>The median cost of one clock reading with its recording, in nanoseconds.</summary>
    public static double ClockCostNanoseconds()
    {
        LatencyHistogram gaps = Measure(TimeSpan.FromMilliseconds(20));
        return LatencyHistogram.ToNanoseconds(gaps.MeanTicks);
    }
}
