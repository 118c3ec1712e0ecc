using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;
using Words = FastShardMap.Bench.Compare.LookupGroup<ulong, ulong, FastShardMap.Bench.Entries.WordEntry>;

namespace FastShardMap.Bench.Compare;

/// <summary>Runs what a comparison asks for, group by group, with a clean heap between two groups.</summary>
internal sealed class CompareSession(CompareOptions options, Action<string> announce)
{
    private readonly CompareResults _results = new();

    /// <summary>The short names of the rows that the command measures.</summary>
    public static IReadOnlyList<string> Rows =>
        [.. new CompareSession(new CompareOptions(), static _ => { }).Groups().SelectMany(group => group.Rows)];

    public CompareResults Run()
    {
        announce("warming up");
        WarmUp();
        foreach (CompareGroup group in Groups().Where(group => options.WantsAny([.. group.Rows])))
        {
            announce(group.Label);
            group.Run();
            GcMeter.CollectAll();
        }

        return _results;
    }

    /// <summary>Where a row is declared: every group of rows, in the order of the table.</summary>
    private IEnumerable<CompareGroup> Groups()
    {
        LookupSize[] sizes = options.WithMoreSizes ? LookupSize.AllAndMore : LookupSize.All;
        return
        [
            .. sizes.Select(size => new Words(options, _results, size, EntryForm.Word)),
            Lookups<Guid, Payload<Words4>, GuidPayloadEntry<Words4>>(LookupSize.OneThousand, EntryForm.Guid32),
            Lookups<Guid, Payload<Words4>, GuidPayloadEntry<Words4>>(LookupSize.Million, EntryForm.Guid32),
            Lookups<ulong, Payload<Words8>, PayloadEntry<Words8>>(LookupSize.Million, EntryForm.To64),
            Lookups<ulong, Payload<Words32>, PayloadEntry<Words32>>(LookupSize.HundredThousand, EntryForm.To256),
            Lookups<ulong, Payload<Words32>, PayloadEntry<Words32>>(LookupSize.Million, EntryForm.To256),
            Lookups<ulong, Payload<Words8>, WholePayloadEntry<Words8>>(LookupSize.Million, EntryForm.Whole64),
            Lookups<ulong, Payload<Words32>, WholePayloadEntry<Words32>>(
                LookupSize.HundredThousand, EntryForm.Whole256),
            Lookups<ulong, Payload<Words32>, WholePayloadEntry<Words32>>(LookupSize.Million, EntryForm.Whole256),
            Updates<ulong, ulong, WordEntry>(LookupSize.OneThousand, EntryForm.Word),
            Updates<ulong, ulong, WordEntry>(LookupSize.Million, EntryForm.Word),
            Updates<ulong, ulong, WordEntry>(LookupSize.TenMillion, EntryForm.Word),
            Updates<Guid, Payload<Words4>, GuidPayloadEntry<Words4>>(LookupSize.Million, EntryForm.Guid32),
            new GrowthGroup(options, _results),
            new ChurnGroup(options, _results),
            new RangeGroup(options, _results),
            new AllocationGroup(options, _results),
            new PeerGroup(options, _results, LookupSize.OneThousand),
            new PeerGroup(options, _results, LookupSize.HundredThousand),
            new PeerGroup(options, _results, LookupSize.Million),
            new TextGroup(options, _results, LookupSize.OneThousand),
            new TextGroup(options, _results, LookupSize.Million),
            new MemoryGroup(options, _results),
        ];
    }

    private LookupGroup<TKey, TValue, TEntry> Lookups<TKey, TValue, TEntry>(LookupSize size, EntryForm form)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue> => new(options, _results, size, form);

    private UpdateGroup<TKey, TValue, TEntry> Updates<TKey, TValue, TEntry>(LookupSize size, EntryForm form)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue> => new(options, _results, size, form);

    private static void WarmUp()
    {
        // The floor is measured in both of its shapes: masked (a power of two) and scaled.
        using FloorTable masked = new(1 << 10, huge: false);
        using FloorTable scaled = new(1_500, huge: false);
        ulong[] keys = KeyStreams.Distinct(first: 0, 2_000);
        LoopWarmUp.Run<ShardMapAdapter<ulong, ulong>>((map, others) =>
        {
            WarmUpMore(map, others);
            foreach (FloorTable floor in (ReadOnlySpan<FloorTable>)[masked, scaled])
            {
                Sink.Consume(floor.Independent(keys) + floor.Dependent(keys, Sink.Zero) + floor.Prefetched(keys));
                Sink.Consume(floor.Overwrite(keys) + floor.OverwritePrefetched(keys) + floor.ReadThenOverwrite(keys));
                Sink.Consume(floor.MostlyRead(keys) + floor.Insert(keys) + floor.InsertPrefetched(keys));
                Sink.Consume(floor.Churn(keys, others) + floor.ChurnPrefetched(keys, others));
            }
        });
        LoopWarmUp.Run<ConcurrentDictionaryMap<ulong, ulong>>(WarmUpMore);
        LoopWarmUp.Run<DictionaryMap<ulong, ulong>>();
    }

    private static void WarmUpMore<TMap>(TMap map, ulong[] keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>, IBatchedMap<ulong, ulong>
    {
        Span<ulong> values = stackalloc ulong[Words.BatchKeys];
        Span<bool> found = stackalloc bool[Words.BatchKeys];
        Sink.Consume(MapLoops.BatchedLookup(map, keys, values, found));
        Sink.Consume(MapLoops.GetOrAdd(map, keys) + MapLoops.Change(map, keys));
        using TMap fresh = TMap.Create(default);
        Sink.Consume(TimedLoops.Fill(fresh, keys, new LatencyHistogram()));
    }
}
