using System.Diagnostics;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.BackEnds;

/// <summary>Whether a caller times its operations, as a type parameter: no clock leaves no code.</summary>
internal interface ICallClock
{
    static abstract long Read();

    /// <summary>Records the time since <paramref name="last"/>, and returns now.</summary>
    static abstract long Record(long last, ThreadLocal<LatencyHistogram> latencies);
}

internal readonly struct NoClock : ICallClock
{
    public static long Read() => 0;

    public static long Record(long last, ThreadLocal<LatencyHistogram> latencies) => 0;
}

internal readonly struct StopwatchClock : ICallClock
{
    public static long Read() => Stopwatch.GetTimestamp();

    public static long Record(long last, ThreadLocal<LatencyHistogram> latencies)
    {
        long now = Stopwatch.GetTimestamp();

        // Looked up each time: after an await the caller may be on another thread.
        latencies.Value!.Record(now - last);
        return now;
    }
}
