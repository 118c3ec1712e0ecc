using System.Diagnostics;
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
/// Our writes of many keys per call, beside single writes of the other map, which has no such call.
/// </summary>
internal sealed class RangeGroup(CompareOptions options, CompareResults results) : CompareGroup(options, results)
{
    private const string OverwriteId = "overwrite-ranges-1m-2t";
    private const string InsertId = "insert-ranges-growing-5m";
    private const string ChurnId = "churn-ranges-1m-2t";

    private const int Threads = 2;

    public override string Label => "writing in ranges";

    public override IReadOnlyList<string> Rows => [OverwriteId, InsertId, ChurnId];

    public override void Run()
    {
        WarmUp();
        if (Options.Wants(OverwriteId))
        {
            MeasureOverwrites();
        }

        if (Options.Wants(InsertId))
        {
            MeasureInserts();
        }

        if (Options.Wants(ChurnId))
        {
            MeasureChurn();
        }
    }

    // A map of this size is larger than the caches, as the measured ones are, so that the window is warmed up as well.
    private static void WarmUp()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, 2_000);
        ulong[] others = KeyStreams.Distinct(first: 1_000_000, 2_000);
        LoopWarmUp.Repeat(() =>
        {
            using Ours map = Ours.Create(new MapSettings(Capacity: 100_000));
            Sink.Consume(RangeLoops.Fill(map, keys) + RangeLoops.Overwrite(map, keys));
            Sink.Consume(RangeLoops.Churn(map, keys, others));
        });
    }

    private void MeasureOverwrites()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, Options.Scaled(1_000_000));
        ulong[][] streams = new ulong[Threads][];
        for (int i = 0; i < Threads; i++)
        {
            streams[i] = KeyStreams.Uniform(keys, Options.Operations(2_000_000), seed: (ulong)i + 1);
        }

        using Ours ours = Ours.Create(default);
        using Theirs theirs = Theirs.Create(default);
        MapLoops.Fill(ours, keys);
        MapLoops.Fill(theirs, keys);
        GcMeter.CollectAll();
        Series ourSeries = Parallel(
            "overwrite", streams[0].Length, (thread, _) => RangeLoops.Overwrite(ours, streams[thread]));
        Series theirSeries = Parallel(
            "overwrite", streams[0].Length, (thread, _) => MapLoops.Overwrite(theirs, streams[thread]));
        using FloorTable table = new(keys.Length, huge: false);
        Series floor = Parallel(
            "floor", streams[0].Length, (thread, _) => table.OverwritePrefetched(streams[thread]));
        Series.Interleave(Options.Repetitions, discarded: 1, [ourSeries, theirSeries, floor]);
        Report(OverwriteId, "overwrite existing in ranges, 2 threads, 1 M", ourSeries, theirSeries, floor);
    }

    private void MeasureInserts()
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, Options.Scaled(5_000_000));
        Series ours = Growing<Ours>(keys, RangeLoops.Fill);
        Series theirs = Growing<Theirs>(keys, MapLoops.Fill);
        Series sequential = Growing<DictionaryMap<ulong, ulong>>(keys, MapLoops.Fill);
        using FloorTable table = new(keys.Length, huge: false);
        Series floor = Series.OneThread("floor", keys.Length, _ => table.InsertPrefetched(keys));
        Series.Interleave(Options.SlowRepetitions, discarded: 0, [ours, theirs, sequential, floor]);
        Report(
            InsertId,
            "insert in ranges, growing from empty to 5 M",
            ours,
            theirs,
            floor,
            new Measure(TargetUnit.OfSequential, ours.RatioTo(sequential)));
    }

    // Every key is used once: a repetition removes what the one before it has inserted.
    private void MeasureChurn()
    {
        int window = Options.Scaled(1_000_000) / Threads;
        int repetitions = Options.SlowRepetitions;
        ulong[][] keys = new ulong[Threads][];
        for (int i = 0; i < Threads; i++)
        {
            int count = window * (repetitions + 1);
            keys[i] = KeyStreams.Distinct(first: (long)i * count, count);
        }

        using Ours ours = Ours.Create(default);
        using Theirs theirs = Theirs.Create(default);
        foreach (ulong[] own in keys)
        {
            MapLoops.Fill(ours, own.AsSpan(0, window));
            MapLoops.Fill(theirs, own.AsSpan(0, window));
        }

        GcMeter.CollectAll();
        Series ourSeries = Parallel("churn", window, (thread, turn) => RangeLoops.Churn(
            ours, keys[thread].AsSpan(turn * window, window), keys[thread].AsSpan((turn + 1) * window, window)));
        Series theirSeries = Parallel("churn", window, (thread, turn) => MapLoops.Churn(
            theirs, keys[thread].AsSpan(turn * window, window), keys[thread].AsSpan((turn + 1) * window, window)));
        using FloorTable table = new(window * Threads, huge: false);
        Series floor = Parallel("floor", window, (thread, turn) => table.ChurnPrefetched(
            keys[thread].AsSpan(turn * window, window), keys[thread].AsSpan((turn + 1) * window, window)));
        Series.Interleave(repetitions, discarded: 0, [ourSeries, theirSeries, floor]);
        Report(ChurnId, "remove+insert in ranges, new keys, 2 threads, 1 M live", ourSeries, theirSeries, floor);
    }

    private static Series Growing<TMap>(ulong[] keys, Func<TMap, ReadOnlySpan<ulong>, ulong> fill)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        Series.SelfTimed("grow", keys.Length, _ =>
        {
            GcMeter.CollectAll();
            using TMap map = TMap.Create(default);
            long start = Stopwatch.GetTimestamp();
            ulong added = fill(map, keys);
            return (Stopwatch.GetElapsedTime(start), added);
        });

    /// <summary>One call of the loop on each thread, with its number and that of the repetition.</summary>
    private static Series Parallel(string work, int operations, Func<int, int, ulong> loop) =>
        Series.SelfTimed(work, operations, turn =>
        {
            ulong[] sums = new ulong[Threads];
            TimeSpan elapsed = ParallelRun.Run(Threads, thread => sums[thread] = loop(thread, turn));
            return (elapsed, sums.Aggregate(0UL, (sum, one) => sum + one));
        });
}
