using System.Diagnostics;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Drive;

/// <summary>
/// Grows each map from empty with every insert timed, alone and with readers at work, whose lookups are timed too.
/// </summary>
internal sealed class GrowthSession(GrowthOptions options, Action<string> announce)
{
    private readonly ulong[] _keys = KeyStreams.Distinct(first: 0, options.Pairs);

    public List<GrowthResult> Run()
    {
        List<GrowthResult> results = new();
        HugePagePool.MaxBytes = (long)options.PoolMebibytes << 20;
        foreach (int readers in options.Readers == 0 ? (int[])[0] : [0, options.Readers])
        {
            foreach (string map in options.Maps)
            {
                announce($"growing {map} to {options.Pairs}, {readers} reader(s)");
                results.Add(Peers.Visit(map, new Visitor(this, readers)));
                GcMeter.CollectAll();
            }
        }

        return results;
    }

    /// <summary>The machine's own gaps, on as many threads as were at work.</summary>
    public LatencyHistogram MachineGaps(TimeSpan duration)
    {
        LatencyHistogram all = new();
        JitterMeter.MeasureOnThreads(options.Readers + 1, duration, options.Pin, all);
        return all;
    }

    private GrowthResult Grow<TMap>(int readers)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        LoopWarmUp.RunOnce<TMap>();
        List<double> longest = new();
        LatencyHistogram inserts = new();
        LatencyHistogram reads = new();

        // The first, short round only warms up.
        for (int repetition = -1; repetition < options.Repetitions; repetition++)
        {
            GcMeter.CollectAll();
            ulong[] keys = repetition < 0 ? _keys[..Math.Min(_keys.Length, 100_000)] : _keys;
            MapSettings settings = new(HugePages: options.HugePages, Background: options.Background);
            using TMap map = TMap.Create(settings);
            Growth<TMap> growth = new(map, keys);
            LatencyHistogram[] own = new LatencyHistogram[readers + 1];
            ParallelRun.Run(readers + 1, thread =>
            {
                using ThreadPin pin = options.Pin ? ThreadPin.ToCore(thread) : default;
                own[thread] = thread == 0 ? growth.Insert() : growth.ReadUntilFull((ulong)thread);
            });
            if (repetition < 0)
            {
                continue;
            }

            longest.Add(LatencyHistogram.ToNanoseconds(own[0].MaxTicks));
            inserts.Add(own[0]);
            foreach (LatencyHistogram reader in own.AsSpan(1))
            {
                reads.Add(reader);
            }
        }

        string extras = (options.HugePages ? ", huge pages" : string.Empty) +
            (options.PoolMebibytes > 0 ? $", {options.PoolMebibytes} MiB ready" : string.Empty) +
            (options.Background ? ", background" : string.Empty);
        return new GrowthResult(TMap.Label + extras, readers, Spread.Of(longest), inserts, reads);
    }

    private sealed class Visitor(GrowthSession session, int readers) : IPeerVisitor<ulong, ulong, GrowthResult>
    {
        public GrowthResult Visit<TMap>()
            where TMap : struct, IMapUnderTest<TMap, ulong, ulong> => session.Grow<TMap>(readers);
    }

    /// <summary>One map being grown; readers follow how far it has come.</summary>
    private sealed class Growth<TMap>(TMap map, ulong[] keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        private const int Chunk = 1024;

        private int _inserted;

        public LatencyHistogram Insert()
        {
            LatencyHistogram latencies = new();
            for (int first = 0; first < keys.Length; first += Chunk)
            {
                int count = Math.Min(Chunk, keys.Length - first);
                Sink.Consume(TimedLoops.Fill(map, keys.AsSpan(first, count), latencies));
                Volatile.Write(ref _inserted, first + count);
            }

            return latencies;
        }

        /// <summary>Looks up random keys among those inserted so far, until all are.</summary>
        public LatencyHistogram ReadUntilFull(ulong seed)
        {
            LatencyHistogram latencies = new();
            SplitMix random = new(seed);
            int present;
            while ((present = Volatile.Read(ref _inserted)) < keys.Length)
            {
                if (present > 0)
                {
                    ReadSome(ref random, present, latencies);
                }
            }

            return latencies;
        }

        private void ReadSome(ref SplitMix random, int present, LatencyHistogram latencies)
        {
            ulong sum = 0;
            long last = Stopwatch.GetTimestamp();
            for (int i = 0; i < Chunk; i++)
            {
                ulong key = keys[(int)random.Below((ulong)present)];
                if (!map.TryGet(key, out ulong value))
                {
                    throw new AnswersDifferException($"{TMap.Label} lost key {key} while growing.");
                }

                sum += value;
                long now = Stopwatch.GetTimestamp();
                latencies.Record(now - last);
                last = now;
            }

            Sink.Consume(sum);
        }
    }
}
