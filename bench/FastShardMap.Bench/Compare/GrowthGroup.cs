using System.Diagnostics;
using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Bench.Workloads;
using Ours = FastShardMap.Bench.Maps.ShardMapAdapter<ulong, ulong>;
using Theirs = FastShardMap.Bench.Maps.ConcurrentDictionaryMap<ulong, ulong>;

namespace FastShardMap.Bench.Compare;

/// <summary>
/// Inserting five million keys into a map that starts empty: the time of all, and the longest single one.
/// </summary>
internal sealed class GrowthGroup(CompareOptions options, CompareResults results) : CompareGroup(options, results)
{
    private const string InsertId = "insert-growing-5m";
    private const string PauseId = "longest-insert-5m";
    private const string PercentileId = PauseId + "-p99.99";

    private const double Percentile = 0.9999;

    /// <summary>Inserts between two looks at the machine's own gaps.</summary>
    private const int PauseChunk = 50_000;

    private ulong[] _keys = [];

    public override string Label => "growing to 5 M";

    public override IReadOnlyList<string> Rows => [InsertId, PauseId, PercentileId];

    public override void Run()
    {
        _keys = KeyStreams.Distinct(first: 0, Options.Scaled(5_000_000));
        if (Options.Wants(InsertId))
        {
            MeasureThroughput();
        }

        if (Options.WantsAny(PauseId, PercentileId))
        {
            MeasurePauses();
        }
    }

    private void MeasureThroughput()
    {
        Series ours = Growing<Ours>();
        Series theirs = Growing<Theirs>();
        Series sequential = Growing<DictionaryMap<ulong, ulong>>();
        using FloorTable table = new(_keys.Length, huge: false);
        Series floor = Series.OneThread("floor", _keys.Length, _ => table.Insert(_keys));
        Series worked = Series.OneThread("floor", _keys.Length, _ => table.InsertWithWork(_keys));
        Series.Interleave(Options.SlowRepetitions, discarded: 0, [ours, theirs, sequential, floor, worked]);
        Results.Notes.Add(
            "Inserts: the floor, which does not grow, with 200 more instructions per insert takes "
            + $"{Units.Duration(worked.Spread.Median)}. An insert into the map executes about 200. It also moves "
            + "entries and makes memory resident.");
        Report(
            InsertId,
            "insert, growing from empty to 5 M",
            ours,
            theirs,
            floor,
            new Measure(TargetUnit.OfSequential, ours.RatioTo(sequential)));
    }

    private void MeasurePauses()
    {
        List<double> longest = new();
        List<double> excess = new();
        List<double> gaps = new();
        List<double> theirLongest = new();
        LatencyHistogram all = new();
        LatencyHistogram theirAll = new();
        LatencyHistogram allEmpty = new();
        for (int repetition = 0; repetition < Options.SlowRepetitions; repetition++)
        {
            (LatencyHistogram inserts, LatencyHistogram empty) = GrowBesideEmptyLoop();
            longest.Add(LatencyHistogram.ToNanoseconds(inserts.MaxTicks));
            gaps.Add(LatencyHistogram.ToNanoseconds(empty.MaxTicks));
            excess.Add(longest[^1] - gaps[^1]);
            all.Add(inserts);
            allEmpty.Add(empty);

            LatencyHistogram theirInserts = GrowTimed<Theirs>();
            theirLongest.Add(LatencyHistogram.ToNanoseconds(theirInserts.MaxTicks));
            theirAll.Add(theirInserts);
        }

        Results.Add(
            PauseId,
            "longest single insert, growing to 5 M",
            (Spread.Of(longest), Spread.Of(theirLongest), Spread.Of(gaps)),
            Units.Duration,
            new Measure(TargetUnit.BeyondGap, Spread.Of(excess)));
        Spread percentile = SlowestOf(all, all.Count);
        Results.Add(
            PercentileId,
            "p99.99 insert, growing to 5 M",
            (percentile, SlowestOf(theirAll, theirAll.Count), SlowestOf(allEmpty, all.Count)),
            Units.Duration,
            new Measure(TargetUnit.Microseconds, percentile));
    }

    // What as many durations exceed as the percentile of this number of inserts leaves out. For the empty loop, these
    // are the gaps of the machine itself.
    private static Spread SlowestOf(LatencyHistogram durations, long inserts) =>
        Spread.Of(
        [
            LatencyHistogram.ToNanoseconds(
                durations.PercentileTicks(Math.Max(0, 1 - ((1 - Percentile) * inserts / durations.Count)))),
        ]);

    /// <summary>
    /// Grows our map in chunks, and after each runs the empty timing loop for as long as the chunk took: so both are
    /// exposed to the same machine at the same times, for equally long.
    /// </summary>
    private (LatencyHistogram Inserts, LatencyHistogram Empty) GrowBesideEmptyLoop()
    {
        GcMeter.CollectAll();
        LatencyHistogram inserts = new();
        LatencyHistogram empty = new();
        using Ours map = Ours.Create(default);
        foreach (ulong[] chunk in _keys.Chunk(PauseChunk))
        {
            long start = Stopwatch.GetTimestamp();
            Sink.Consume(TimedLoops.Fill(map, chunk, inserts));
            JitterMeter.Measure(Stopwatch.GetElapsedTime(start), empty);
        }

        return (inserts, empty);
    }

    private LatencyHistogram GrowTimed<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        GcMeter.CollectAll();
        LatencyHistogram inserts = new();
        using TMap map = TMap.Create(default);
        Sink.Consume(TimedLoops.Fill(map, _keys, inserts));
        return inserts;
    }

    private Series Growing<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        Series.SelfTimed("grow", _keys.Length, _ =>
        {
            GcMeter.CollectAll();
            using TMap map = TMap.Create(default);
            long start = Stopwatch.GetTimestamp();
            ulong added = MapLoops.Fill(map, _keys);
            return (Stopwatch.GetElapsedTime(start), added);
        });
}
