using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>
/// Lookups in maps of one size, reserved: hits, dependent hits, misses and batches, beside the floor.
/// </summary>
internal sealed class LookupGroup<TOurs, TTheirs>
    where TOurs : struct, IMapUnderTest<TOurs, ulong, ulong>, IBatchedMap<ulong, ulong>
    where TTheirs : struct, IMapUnderTest<TTheirs, ulong, ulong>
{
    /// <summary>
    /// Keys handed over in one batched call: enough to hide its fixed cost, few enough to stay in cache.
    /// </summary>
    public const int BatchKeys = 256;

    private readonly CompareOptions _options;
    private readonly CompareResults _results;
    private readonly LookupSize _size;
    private readonly ulong[] _keys;
    private readonly ulong[] _hits;
    private readonly ulong[] _misses;
    private readonly int _operations;

    public LookupGroup(CompareOptions options, CompareResults results, LookupSize size)
    {
        _options = options;
        _results = results;
        _size = size;
        int pairs = options.Scaled(size.Pairs);

        // Large maps get new keys in every repetition: drawn again, the same ones would still be in the last cache.
        _operations = options.Operations(size.IsLarge ? 2_000_000 : 4_000_000);
        int slices = size.IsLarge ? options.Repetitions + 1 : 1;
        _keys = KeyStreams.Distinct(first: 0, pairs);
        _hits = KeyStreams.Uniform(_keys, _operations * slices, seed: 1);
        _misses = KeyStreams.Uniform(KeyStreams.Distinct(first: pairs, pairs), _operations * slices, seed: 2);
    }

    public void Run()
    {
        // Grown from empty, as maps of unknown size are; a reservation is exact, hence fuller, and has rows of its own.
        using TOurs ours = Build<TOurs>(default);
        using TOurs oursReserved = Build<TOurs>(new MapSettings(Capacity: _keys.Length));
        using TOurs oursHuge = Build<TOurs>(new MapSettings(Capacity: _keys.Length, HugePages: true));
        using TOurs oursGrownHuge = _size.HasGrownHugePages ? Build<TOurs>(new MapSettings(HugePages: true)) : TOurs.Create(default);
        using TTheirs theirs = Build<TTheirs>(default);
        using var floor = new FloorTable(_keys.Length, huge: false);
        using var floorHuge = new FloorTable(_keys.Length, huge: true);
        GcMeter.Settle();

        var plan = new List<Series>();
        Series Add(string work, Func<int, ulong> run)
        {
            var series = Series.OneThread(work, _operations, run);
            plan.Add(series);
            return series;
        }

        Series oursHit = Add("hits", turn => MapLoops.Lookup(ours, Hits(turn)));
        Series theirsHit = Add("hits", turn => MapLoops.Lookup(theirs, Hits(turn)));
        Series oursChain = Add("hits", turn => MapLoops.DependentLookup(ours, Hits(turn), Sink.Zero));
        Series theirsChain = Add("hits", turn => MapLoops.DependentLookup(theirs, Hits(turn), Sink.Zero));
        Series oursMiss = Add("misses", turn => MapLoops.Lookup(ours, Misses(turn)));
        Series theirsMiss = Add("misses", turn => MapLoops.Lookup(theirs, Misses(turn)));
        Series oursBatch = Add("hits", turn => Batched(ours, Hits(turn)));
        Series free = Add("loads", turn => floor.Independent(Hits(turn)));
        Series chained = Add("loads", turn => floor.Dependent(Hits(turn), Sink.Zero));
        Series fetched = Add("loads", turn => floor.Prefetched(Hits(turn)));
        Series freeHuge = Add("loads", turn => floorHuge.Independent(Hits(turn)));
        Series chainedHuge = Add("loads", turn => floorHuge.Dependent(Hits(turn), Sink.Zero));
        Series fetchedHuge = Add("loads", turn => floorHuge.Prefetched(Hits(turn)));
        Series reservedHit = oursHit;
        Series reservedMiss = oursMiss;
        Series hugeHit = oursHit;
        Series hugeChain = oursChain;
        Series hugeBatch = oursBatch;
        Series grownHugeChain = oursChain;
        Series grownHugeBatch = oursBatch;
        if (_size.IsLarge)
        {
            reservedHit = Add("hits", turn => MapLoops.Lookup(oursReserved, Hits(turn)));
            reservedMiss = Add("misses", turn => MapLoops.Lookup(oursReserved, Misses(turn)));
            hugeHit = Add("hits", turn => MapLoops.Lookup(oursHuge, Hits(turn)));
            hugeChain = Add("hits", turn => MapLoops.DependentLookup(oursHuge, Hits(turn), Sink.Zero));
            hugeBatch = Add("hits", turn => Batched(oursHuge, Hits(turn)));
        }

        if (_size.HasGrownHugePages)
        {
            grownHugeChain = Add("hits", turn => MapLoops.DependentLookup(oursGrownHuge, Hits(turn), Sink.Zero));
            grownHugeBatch = Add("hits", turn => Batched(oursGrownHuge, Hits(turn)));
        }

        // Small maps take so little time that more repetitions cost nothing.
        Series.Interleave(_size.IsLarge ? _options.Repetitions : _options.Repetitions * 2, discarded: 1, plan);

        Report($"hit-{_size.Name}", "independent hits", oursHit, theirsHit, free, _size.Hit);
        Report($"dep-{_size.Name}", "dependent hits", oursChain, theirsChain, chained, _size.Dependent);
        Report($"miss-{_size.Name}", "misses", oursMiss, theirsMiss, free, _size.Miss);
        Report($"batch-{_size.Name}", "batched hits", oursBatch, theirsHit, fetched, _size.Batch);
        if (_size.IsLarge)
        {
            Report($"hit-{_size.Name}-reserved", "independent hits, reserved", reservedHit, theirsHit, free, []);
            Report($"miss-{_size.Name}-reserved", "misses, reserved", reservedMiss, theirsMiss, free, []);
            Report($"hit-{_size.Name}-huge", "independent hits, reserved, huge pages", hugeHit, theirsHit, freeHuge, []);
            Report($"dep-{_size.Name}-huge", "dependent hits, reserved, huge pages", hugeChain, theirsChain, chainedHuge, []);
            Report($"batch-{_size.Name}-huge", "batched hits, reserved, huge pages", hugeBatch, theirsHit, fetchedHuge, []);
        }

        if (_size.HasGrownHugePages)
        {
            string name = _size.Name;
            Report($"dep-{name}-grown-huge", "dependent hits, grown, huge pages", grownHugeChain, theirsChain, chainedHuge, Goals(_size.Dependent));
            Report($"batch-{name}-grown-huge", "batched hits, grown, huge pages", grownHugeBatch, theirsHit, fetchedHuge, Goals(_size.Batch));
        }

        double share = floorHuge.HugeShare;
        _results.Floors.Add(new FloorFigure(_size.Label, "independent", free.Spread, freeHuge.Spread, share));
        _results.Floors.Add(new FloorFigure(_size.Label, "dependent", chained.Spread, chainedHuge.Spread, share));
        _results.Floors.Add(new FloorFigure(_size.Label, "prefetched", fetched.Spread, fetchedHuge.Spread, share));
    }

    private void Report(
        string id, string work, Series ours, Series theirs, Series floor, ReadOnlySpan<LookupBound> bounds)
    {
        if (!_options.Wants(id))
        {
            return;
        }

        var targets = new List<Target>();
        foreach (LookupBound bound in bounds)
        {
            Target target = bound.OfFloor
                ? Target.OfFloor(bound.Limit, ours.RatioTo(floor))
                : Target.OfDictionary(bound.Limit, ours.RatioTo(theirs));
            targets.Add(target with { IsGoal = bound.IsGoal });
        }

        _results.Figures.Add(Figure.OfTimes(id, $"{work}, {_size.Label}", ours, theirs, floor, [.. targets]));
    }

    private static LookupBound[] Goals(LookupBound[] bounds) => [.. bounds.Select(static bound => bound with { IsGoal = true })];

    private ReadOnlySpan<ulong> Hits(int repetition) => Slice(_hits, repetition);

    private ReadOnlySpan<ulong> Misses(int repetition) => Slice(_misses, repetition);

    private ReadOnlySpan<ulong> Slice(ulong[] stream, int repetition) =>
        stream.AsSpan(repetition % (stream.Length / _operations) * _operations, _operations);

    private static ulong Batched(TOurs map, ReadOnlySpan<ulong> keys)
    {
        Span<ulong> values = stackalloc ulong[BatchKeys];
        Span<bool> found = stackalloc bool[BatchKeys];
        return MapLoops.BatchedLookup(map, keys, values, found);
    }

    private TMap Build<TMap>(MapSettings settings)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        var map = TMap.Create(settings);
        if (MapLoops.Fill(map, _keys) != (ulong)_keys.Length)
        {
            throw new AnswersDifferException($"{TMap.Label} did not take all of {_keys.Length} distinct keys.");
        }

        return map;
    }
}
