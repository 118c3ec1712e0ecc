using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Census;

/// <summary>
/// Counts every window of an input in one map with several threads, and times every single operation.
/// </summary>
/// <remarks>
/// The clock is read once an operation: the end of one is the start of the next. So no pause can fall between two
/// operations, and every operation bears one clock reading and one histogram entry, the same in every map.
/// </remarks>
internal sealed class CensusRun<TMap>
    where TMap : struct, ICountingMap<TMap, ulong, long>
{
    /// <summary>
    /// Windows a thread takes at a time: a few hundred microseconds of work, so that the threads end together.
    /// </summary>
    private const int BlockWindows = 8192;

    private readonly CensusInput _input;
    private readonly TMap _map;
    private readonly List<Block> _blocks = [];
    private int _nextBlock;

    private CensusRun(CensusInput input, TMap map, long maxWindows)
    {
        _input = input;
        _map = map;
        foreach (byte[] segment in input.Segments)
        {
            long windows = Math.Min(CensusInput.WindowsIn(segment.Length, input.StrideBytes), maxWindows);
            maxWindows -= windows;
            for (long first = 0; first < windows; first += BlockWindows)
            {
                int count = (int)Math.Min(BlockWindows, windows - first);
                _blocks.Add(new Block(segment, (int)(first * input.StrideBytes), count));
            }
        }
    }

    /// <summary>
    /// Counts the input in <paramref name="map"/>. The first thread reports the share done to <paramref
    /// name="progress"/> between two blocks of its own, where no operation's time can include it.
    /// </summary>
    public static CensusResult Count(CensusInput input, TMap map, int threads, Action<double>? progress)
    {
        GcMeter.CollectAll();
        long heapBefore = GC.GetTotalMemory(forceFullCollection: true);
        GcMeter meter = GcMeter.Start();
        CensusRun<TMap> run = new(input, map, long.MaxValue);
        (TimeSpan elapsed, LatencyHistogram latencies) = run.Run(threads, progress);
        TimeSpan pauses = meter.Pauses;
        long bytes = map.BytesAllocated ?? (GC.GetTotalMemory(forceFullCollection: true) - heapBefore);
        return new CensusResult
        {
            Label = TMap.Label,
            Elapsed = elapsed,
            Windows = latencies.Count,
            Distinct = map.Count,
            Latencies = latencies,
            GcPauses = pauses,
            Bytes = bytes,
        };
    }

    /// <summary>
    /// Counts a little of the input in a map that is thrown away, until the just-in-time compiler has made its final
    /// code.
    /// </summary>
    public static void WarmUp(CensusInput input, Func<TMap> create)
    {
        const int Rounds = 4;
        const int Windows = 64 * BlockWindows;
        for (int round = 0; round < Rounds; round++)
        {
            using TMap map = create();
            new CensusRun<TMap>(input, map, Windows).Run(threads: 1, progress: null);

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
                if (index >= _blocks.Count)
                {
                    break;
                }

                CountBlock(_map, _blocks[index], _input.StrideBytes, latencies[thread]);
                if (thread == 0 && progress is not null && Stopwatch.GetTimestamp() >= nextReport)
                {
                    progress((double)index / _blocks.Count);
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

    private static void CountBlock(TMap map, Block block, int strideBytes, LatencyHistogram latencies)
    {
        // Safety: a block's last window starts at Start + (Count - 1) × stride and ends inside the segment (WindowsIn).
        long lastStart = block.Start + ((block.Count - 1L) * strideBytes);
        Debug.Assert(lastStart + CensusInput.WindowBytes <= block.Segment.Length);
        ref byte window = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(block.Segment), block.Start);
        long last = Stopwatch.GetTimestamp();
        for (int i = 0; i < block.Count; i++)
        {
            map.Increment(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref window, (nint)i * strideBytes)));
            long now = Stopwatch.GetTimestamp();
            latencies.Record(now - last);
            last = now;
        }
    }

    private readonly record struct Block(byte[] Segment, int Start, int Count);
}
