using System.Diagnostics;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>
/// Inserting five million keys into a map that starts empty: the time of all, and the longest single one.
/// </summary>
internal sealed class GrowthGroup<TOurs, TTheirs>(CompareOptions options, CompareResults results)
    where TOurs : struct, IMapUnderTest<TOurs, ulong, ulong>
    where TTheirs : struct, IMapUnderTest<TTheirs, ulong, ulong>
{
    public const string InsertId = "insert-growing-5m";
    public const string PauseId = "longest-insert-5m";

    /// <summary>Inserts between two looks at the machine's own gaps.</summary>
    private const int PauseChunk = 50_000;

    private const double PauseLimitNanoseconds = 1e6;

    private readonly ulong[] _keys = KeyStreams.Distinct(first: 0, options.Scaled(5_000_000));

    public void Run()
    {
        if (options.Wants(InsertId))
        {
            MeasureThroughput();
        }

        if (options.Wants(PauseId))
        {
            MeasurePauses();
        }
    }

    private void MeasureThroughput()
    {
        Series ours = Growing<TOurs>();
        Series theirs = Growing<TTheirs>();
        Series sequential = Growing<DictionaryMap<ulong, ulong>>();
        Series.Interleave(options.SlowRepetitions, discarded: 0, [ours, theirs, sequential]);
        results.Figures.Add(Figure.OfTimes(
            InsertId,
            "insert, growing from empty to 5 M",
            ours,
            theirs,
            floor: null,
            Target.OfDictionary(0.2, ours.RatioTo(theirs)),
            new Target("<= 1.3 x Dictionary", 1.3, ours.RatioTo(sequential), Units.Digits, IsGoal: true)));
    }

    private void MeasurePauses()
    {
        var longest = new List<double>();
        var excess = new List<double>();
        var gaps = new List<double>();
        var theirLongest = new List<double>();
        var all = new LatencyHistogram();
        var theirAll = new LatencyHistogram();
        for (int repetition = 0; repetition < options.SlowRepetitions; repetition++)
        {
            (LatencyHistogram inserts, LatencyHistogram empty) = GrowBesideEmptyLoop();
            longest.Add(LatencyHistogram.ToNanoseconds(inserts.MaxTicks));
            gaps.Add(LatencyHistogram.ToNanoseconds(empty.MaxTicks));
            excess.Add(longest[^1] - gaps[^1]);
            all.Add(inserts);

            LatencyHistogram theirInserts = GrowTimed<TTheirs>();
            theirLongest.Add(LatencyHistogram.ToNanoseconds(theirInserts.MaxTicks));
            theirAll.Add(theirInserts);
        }

        results.Figures.Add(new Figure(
            PauseId,
            "longest single insert, growing to 5 M",
            Spread.Of(longest),
            Spread.Of(theirLongest),
            Spread.Of(gaps),
            Units.Duration,
            [new Target("<= 1 ms + longest gap", PauseLimitNanoseconds, Spread.Of(excess), Units.Duration)]));
        results.Figures.Add(new Figure(
            PauseId + "-p99.99",
            "p99.99 insert, growing to 5 M",
            Spread.Of([LatencyHistogram.ToNanoseconds(all.PercentileTicks(0.9999))]),
            Spread.Of([LatencyHistogram.ToNanoseconds(theirAll.PercentileTicks(0.9999))]),
            Spread.None,
            Units.Duration,
            []));
    }

    /// <summary>
    /// Grows our map in chunks, and after each runs the empty timing loop for as long as the chunk took: so both are
    /// exposed to the same machine at the same times, for equally long.
    /// </summary>
    private (LatencyHistogram Inserts, LatencyHistogram Empty) GrowBesideEmptyLoop()
    {
        GcMeter.Settle();
        var inserts = new LatencyHistogram();
        var empty = new LatencyHistogram();
        using var map = TOurs.Create(default);
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
        GcMeter.Settle();
        var inserts = new LatencyHistogram();
        using var map = TMap.Create(default);
        Sink.Consume(TimedLoops.Fill(map, _keys, inserts));
        return inserts;
    }

    private Series Growing<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        Series.SelfTimed("grow", _keys.Length, _ =>
        {
            GcMeter.Settle();
            using var map = TMap.Create(default);
            long start = Stopwatch.GetTimestamp();
            ulong added = MapLoops.Fill(map, _keys);
            return (Stopwatch.GetElapsedTime(start), added);
        });
}
