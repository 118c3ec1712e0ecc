using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>Runs what a comparison asks for, group by group, with a clean heap between two groups.</summary>
internal sealed class CompareSession<TOurs, TTheirs>(CompareOptions options, Action<string> announce)
    where TOurs : struct, IMapUnderTest<TOurs, ulong, ulong>, IBatchedMap<ulong, ulong>
    where TTheirs : struct, IMapUnderTest<TTheirs, ulong, ulong>, IBatchedMap<ulong, ulong>
{
    private readonly CompareResults _results = new();

    public CompareResults Run()
    {
        announce("warming up");
        WarmUp();
        foreach (LookupSize size in options.WithMoreSizes ? LookupSize.AllAndMore : LookupSize.All)
        {
            Group(
                $"lookups, {size.Label}",
                size.FigureIds,
                () => new LookupGroup<TOurs, TTheirs>(options, _results, size).Run());
        }

        Group(
            "overwriting, 1 M",
            [UpdateGroup<TOurs, TTheirs>.OverwriteId, UpdateGroup<TOurs, TTheirs>.MixedId],
            () => new UpdateGroup<TOurs, TTheirs>(options, _results).Run());
        Group(
            "growing to 5 M",
            [GrowthGroup<TOurs, TTheirs>.InsertId, GrowthGroup<TOurs, TTheirs>.PauseId],
            () => new GrowthGroup<TOurs, TTheirs>(options, _results).Run());
        Group(
            "churn, 1 M",
            [ChurnGroup<TOurs, TTheirs>.Id],
            () => new ChurnGroup<TOurs, TTheirs>(options, _results).Run());
        Group(
            "managed allocation",
            [AllocationGroup<TOurs, TTheirs>.Id],
            () => new AllocationGroup<TOurs, TTheirs>(options, _results).Run());
        Group(
            "memory and collections at 10 M, in processes of their own",
            [MemoryGroup.ReservedId, MemoryGroup.GrowthId, MemoryGroup.CollectionId],
            () => new MemoryGroup(options, _results).Run());
        return _results;
    }

    private void Group(string name, string[] ids, Action run)
    {
        if (options.WantsAny(ids))
        {
            announce(name);
            run();
            GcMeter.Settle();
        }
    }

    private static void WarmUp()
    {
        // The floor is measured in both of its shapes: masked (a power of two) and scaled.
        using var masked = new FloorTable(1 << 10, huge: false);
        using var scaled = new FloorTable(1_500, huge: false);
        ulong[] keys = KeyStreams.Distinct(first: 0, 2_000);
        LoopWarmUp.Run<TOurs>((map, others) =>
        {
            WarmUpMore(map, others);
            foreach (FloorTable floor in (ReadOnlySpan<FloorTable>)[masked, scaled])
            {
                Sink.Consume(floor.Independent(keys) + floor.Dependent(keys, Sink.Zero) + floor.Prefetched(keys));
            }
        });
        LoopWarmUp.Run<TTheirs>(WarmUpMore);
        LoopWarmUp.Run<DictionaryMap<ulong, ulong>>();
    }

    private static void WarmUpMore<TMap>(TMap map, ulong[] keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>, IBatchedMap<ulong, ulong>
    {
        Span<ulong> values = stackalloc ulong[LookupGroup<TOurs, TTheirs>.BatchKeys];
        Span<bool> found = stackalloc bool[LookupGroup<TOurs, TTheirs>.BatchKeys];
        Sink.Consume(MapLoops.BatchedLookup(map, keys, values, found));
        Sink.Consume(MapLoops.GetOrAdd(map, keys) + MapLoops.Change(map, keys));
        using var fresh = TMap.Create(default);
        Sink.Consume(TimedLoops.Fill(fresh, keys, new LatencyHistogram()));
    }
}
