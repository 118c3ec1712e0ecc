using System.Diagnostics;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Census;

/// <summary>
/// Counts every item of an input in one map with several threads, and times every single operation.
/// </summary>
internal sealed class CensusRun<TKey>
{
    private readonly CensusCounter<TKey> _counter;
    private readonly int _blocks;
    private int _nextBlock;

    private CensusRun(CensusCounter<TKey> counter, int blocks)
    {
        _counter = counter;
        _blocks = blocks;
    }

    /// <summary>
    /// Counts the whole input of <paramref name="counter"/>. The first thread reports the share done to <paramref
    /// name="progress"/> between two blocks of its own, where no operation's time can include it.
    /// </summary>
    public static CensusResult Count(CensusCounter<TKey> counter, int threads, Action<double>? progress)
    {
        GcMeter.CollectAll();
        long heapBefore = GC.GetTotalMemory(forceFullCollection: true);
        GcMeter meter = GcMeter.Start();
        CensusRun<TKey> run = new(counter, counter.Blocks);
        (TimeSpan elapsed, LatencyHistogram latencies) = run.Run(threads, progress);
        TimeSpan pauses = meter.Pauses;
        long bytes = counter.BytesAllocated ?? (GC.GetTotalMemory(forceFullCollection: true) - heapBefore);
        return new CensusResult
        {
            Label = counter.Label,
            Elapsed = elapsed,
            Items = latencies.Count,
            Distinct = counter.Count,
            Latencies = latencies,
            GcPauses = pauses,
            Bytes = bytes,
        };
    }

    /// <summary>
    /// Counts a little of the input in a map that is thrown away, until the just-in-time compiler has made its final
    /// code.
    /// </summary>
    public static void WarmUp(Func<CensusCounter<TKey>> create)
    {
        const int Rounds = 4;
        const int Blocks = 64;
        for (int round = 0; round < Rounds; round++)
        {
            using CensusCounter<TKey> counter = create();
            new CensusRun<TKey>(counter, Math.Min(Blocks, counter.Blocks)).Run(threads: 1, progress: null);

            // The compiler's background thread takes what was called often enough 100 ms after the last such call.
            Thread.Sleep(150);
        }
    }

    private (TimeSpan Elapsed, LatencyHistogram Latencies) Run(int threads, Action<double>? progress)
    {
        LatencyHistogram[] latencies = new LatencyHistogram[threads];
        for (int i = 0; i < threads; i++)
        {
            latencies[i] = new LatencyHistogram();
        }

        TimeSpan elapsed = ParallelRun.Run(threads, thread =>
        {
            long nextReport = Stopwatch.GetTimestamp();
            while (true)
            {
                int index = Interlocked.Increment(ref _nextBlock) - 1;
                if (index >= _blocks)
                {
                    break;
                }

                _counter.CountBlock(index, latencies[thread]);
                if (thread == 0 && progress is not null && Stopwatch.GetTimestamp() >= nextReport)
                {
                    progress((double)index / _blocks);
                    nextReport = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 4);
                }
            }
        });

        LatencyHistogram all = latencies[0];
        foreach (LatencyHistogram other in latencies.AsSpan(1))
        {
            all.Add(other);
        }

        return (elapsed, all);
    }
}
