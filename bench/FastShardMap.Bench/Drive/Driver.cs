using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Drive;

/// <summary>One thread's part in driving a map: as fast as it goes, timed step by step, or by a timetable.</summary>
internal sealed class Driver<TMap>(TMap map, ThreadPlan plan)
    where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
{
    /// <summary>Steps between two looks at the stop signal.</summary>
    private const int StepsPerCall = 64;

    private readonly LatencyHistogram[] _latencies = NewHistograms();

    // Where the next leg goes on: churn's keys are never repeated.
    private long _step;

    /// <summary>What the timed legs took, by <see cref="OperationKind"/>.</summary>
    public ReadOnlySpan<LatencyHistogram> Latencies => _latencies;

    /// <summary>Fills the window of churn; other mixes share one filled map.</summary>
    public void FillWindow()
    {
        for (int i = 0; i < plan.WindowPairs; i++)
        {
            ulong key = WindowKey(i);
            map.TryAdd(key, WordEntry.ValueOf(key));
        }
    }

    /// <summary>Closed loop without a clock: what the map can do. Returns the steps done.</summary>
    public long RunUntimed(StopSignal stop)
    {
        long first = _step;
        while (!stop.IsRaised)
        {
            Sink.Consume(DoUntimed());
        }

        return _step - first;
    }

    /// <summary>Closed loop, every step timed: the clock is read once a step, so no pause falls between two.</summary>
    public void RunTimed(StopSignal stop)
    {
        long last = Stopwatch.GetTimestamp();
        while (!stop.IsRaised)
        {
            Sink.Consume(DoTimed(ref last));
        }
    }

    /// <summary>
    /// Open loop: steps are due at fixed times, and a step's latency counts from when it was due. So a pause is charged
    /// to every step it delays, not to the one it happens to meet (no coordinated omission).
    /// </summary>
    public void RunScheduled(StopSignal stop, double stepsPerSecond)
    {
        double interval = Stopwatch.Frequency / stepsPerSecond;
        long start = Stopwatch.GetTimestamp();
        for (long first = 0; !stop.IsRaised; first += StepsPerCall)
        {
            Sink.Consume(DoScheduled(start, first, interval));
        }
    }

    public void ClearLatencies()
    {
        foreach (LatencyHistogram histogram in _latencies)
        {
            histogram.Clear();
        }
    }

    // The loops are short and called often: so the compiler replaces them by their final code while warming up.
    private ulong DoUntimed()
    {
        ulong sum = 0;
        long step = _step;
        for (int i = 0; i < StepsPerCall; i++)
        {
            sum += Step(step++, out _);
        }

        _step = step;
        return sum;
    }

    private ulong DoTimed(ref long last)
    {
        ulong sum = 0;
        long step = _step;
        for (int i = 0; i < StepsPerCall; i++)
        {
            sum += Step(step++, out OperationKind kind);
            long now = Stopwatch.GetTimestamp();
            _latencies[(int)kind].Record(now - last);
            last = now;
        }

        _step = step;
        return sum;
    }

    private ulong DoScheduled(long start, long first, double interval)
    {
        ulong sum = 0;
        for (long i = first; i < first + StepsPerCall; i++)
        {
            long due = start + (long)(i * interval);
            while (Stopwatch.GetTimestamp() < due)
            {
                // Waiting by spinning: a sleep would come back later than many a step takes.
            }

            sum += Step(_step++, out OperationKind kind);
            _latencies[(int)kind].Record(Stopwatch.GetTimestamp() - due);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Step(long step, out OperationKind kind)
    {
        ulong key;
        if (plan.Kinds.Length == 0)
        {
            // Churn: even steps remove the oldest key of the window, odd ones insert one past its end.
            long turn = step >> 1;
            kind = (step & 1) == 0 ? OperationKind.Remove : OperationKind.Insert;
            key = WindowKey((step & 1) == 0 ? turn : turn + plan.WindowPairs);
        }
        else
        {
            int index = (int)step & (ThreadPlan.Length - 1);
            kind = plan.Kinds[index];
            key = plan.Keys[index];
        }

        switch (kind)
        {
            case OperationKind.Read:
                return map.TryGet(key, out ulong value) ? value : 0;
            case OperationKind.Update:
                map.Store(key, WordEntry.ValueOf(key));
                return 0;
            case OperationKind.ReadModifyWrite:
                return map.TryChange<WordEntry>(key) ? 1UL : 0UL;
            case OperationKind.Remove:
                return map.TryRemove(key) ? 1UL : 0UL;
            default:
                return map.TryAdd(key, WordEntry.ValueOf(key)) ? 1UL : 0UL;
        }
    }

    private ulong WindowKey(long number) => SplitMix.Mix((ulong)(plan.WindowStart + number));

    private static LatencyHistogram[] NewHistograms()
    {
        LatencyHistogram[] histograms = new LatencyHistogram[Enum.GetValues<OperationKind>().Length];
        for (int i = 0; i < histograms.Length; i++)
        {
            histograms[i] = new LatencyHistogram();
        }

        return histograms;
    }
}
