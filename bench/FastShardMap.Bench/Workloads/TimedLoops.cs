using System.Diagnostics;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Workloads;

/// <summary>
/// Loops that time every single operation: the clock is read once an operation, so no pause can fall between two of
/// them.
/// </summary>
internal static class TimedLoops
{
    public static ulong Fill<TMap>(TMap map, ReadOnlySpan<ulong> keys, LatencyHistogram latencies)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong added = 0;
        long last = Stopwatch.GetTimestamp();
        foreach (ulong key in keys)
        {
            added += map.TryAdd(key, MapLoops.ValueOf(key)) ? 1UL : 0UL;
            long now = Stopwatch.GetTimestamp();
            latencies.Record(now - last);
            last = now;
        }

        return added;
    }
}
