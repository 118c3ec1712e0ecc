using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Targets;
using FastShardMap.Bench.Workloads;
using Ours = FastShardMap.Bench.Maps.ShardMapAdapter<ulong, ulong>;
using Theirs = FastShardMap.Bench.Maps.ConcurrentDictionaryMap<ulong, ulong>;

namespace FastShardMap.Bench.Compare;

/// <summary>
/// Two threads remove the oldest and insert a never-repeated key, with a million live, until all have been replaced
/// twenty times: how fast, and whether time, memory or probe length creep up.
/// </summary>
internal sealed class ChurnGroup(CompareOptions options, CompareResults results) : CompareGroup(options, results)
{
    private const string Id = "churn-1m-2t";

    private const int Threads = 2;
    private const int Turnovers = 20;

    /// <summary>Turnovers at the beginning and at the end whose times are compared.</summary>
    private const int FlatSample = 5;

    private delegate ulong ChurnLoop(ReadOnlySpan<ulong> oldest, ReadOnlySpan<ulong> newest);

    private readonly int _window = options.Scaled(1_000_000) / Threads;
    private readonly ulong[][] _keys = new ulong[Threads][];

    public override string Label => "churn, 1 M";

    public override IReadOnlyList<string> Rows => [Id];

    public override void Run()
    {
        int count = _window * (Turnovers + 1);
        for (int i = 0; i < Threads; i++)
        {
            _keys[i] = KeyStreams.Distinct(first: (long)i * count, count);
        }

        // Every key is used once, so the twenty turnovers are spread over the repetitions.
        int repetitions = Math.Min(Options.SlowRepetitions, Turnovers);
        int turnovers = Turnovers / repetitions;
        using Ours ours = Ours.Create(default);
        using Theirs theirs = Theirs.Create(default);
        foreach (ulong[] keys in _keys)
        {
            MapLoops.Fill(ours, keys.AsSpan(0, _window));
            MapLoops.Fill(theirs, keys.AsSpan(0, _window));
        }

        GcMeter.CollectAll();
        ChurnTrace trace = new();
        Series oursChurn = Churn(
            "churn",
            turnovers,
            (oldest, newest) => MapLoops.Churn(ours, oldest, newest),
            nanoseconds => trace.Sample(ours, nanoseconds));
        Series theirsChurn = Churn(
            "churn", turnovers, (oldest, newest) => MapLoops.Churn(theirs, oldest, newest));
        using FloorTable table = new(_window * Threads, huge: false);
        Series floor = Churn("floor", turnovers, table.Churn);
        Series.Interleave(repetitions, discarded: 0, [oursChurn, theirsChurn, floor]);
        Report(
            Id,
            "remove+insert, new keys, 2 threads, 1 M live",
            oursChurn,
            theirsChurn,
            floor,
            Flat(TargetUnit.FlatTime, trace.Nanoseconds),
            Flat(TargetUnit.FlatMemory, trace.Bytes),
            Flat(TargetUnit.FlatProbeLength, trace.GroupLoads));
        Results.Notes.Add(
            $"Churn: {repetitions * turnovers} turnovers in all; flat = median of the last {FlatSample} / " +
            $"median of the first {FlatSample}.");
    }

    private static Measure Flat(TargetUnit unit, List<double> trace)
    {
        int sample = Math.Min(FlatSample, trace.Count);
        double first = Spread.Of(trace.Take(sample)).Median;
        double last = Spread.Of(trace.TakeLast(sample)).Median;
        return new Measure(unit, Spread.Of([last / first]));
    }

    private Series Churn(string work, int turnovers, ChurnLoop loop, Action<double>? sample = null)
    {
        int position = 0;
        return Series.SelfTimed(work, (long)turnovers * _window, _ =>
        {
            TimeSpan total = TimeSpan.Zero;
            ulong done = 0;
            for (int turnover = 0; turnover < turnovers; turnover++)
            {
                int start = position;
                ulong[] parts = new ulong[Threads];
                TimeSpan elapsed = ParallelRun.Run(Threads, thread => parts[thread] = loop(
                    _keys[thread].AsSpan(start, _window),
                    _keys[thread].AsSpan(start + _window, _window)));
                position += _window;
                total += elapsed;
                foreach (ulong part in parts)
                {
                    done += part;
                }

                sample?.Invoke(elapsed.TotalNanoseconds / _window);
            }

            return (total, done);
        });
    }

    /// <summary>One sample a turnover.</summary>
    private sealed class ChurnTrace
    {
        public List<double> Nanoseconds { get; } = [];

        public List<double> Bytes { get; } = [];

        /// <summary>Groups a lookup of a pair in the map loads, on average.</summary>
        public List<double> GroupLoads { get; } = [];

        public void Sample<TMap>(TMap map, double nanoseconds)
            where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
        {
            Nanoseconds.Add(nanoseconds);
            if (map.BytesAllocated is { } bytes)
            {
                Bytes.Add(bytes);
            }

            if (map is IProbedMap probed)
            {
                long[] lengths = probed.ProbeLengths();
                double loads = 0;
                for (int i = 0; i < lengths.Length; i++)
                {
                    loads += (i + 1.0) * lengths[i];
                }

                GroupLoads.Add(loads / map.Count);
            }
        }
    }
}
