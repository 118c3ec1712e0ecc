using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>Managed bytes that an operation allocates, kind by kind; the largest counts.</summary>
internal sealed class AllocationGroup<TOurs, TTheirs>(CompareOptions options, CompareResults results)
    where TOurs : struct, IMapUnderTest<TOurs, ulong, ulong>, IBatchedMap<ulong, ulong>
    where TTheirs : struct, IMapUnderTest<TTheirs, ulong, ulong>, IBatchedMap<ulong, ulong>
{
    public const string Id = "allocation";

    private readonly ulong[] _keys = KeyStreams.Distinct(first: 0, options.Scaled(100_000));
    private readonly ulong[] _others = KeyStreams.Distinct(first: 1 << 30, options.Scaled(100_000));

    public void Run()
    {
        (string ourWorst, double ours) = Measure<TOurs>();
        (string theirWorst, double theirs) = Measure<TTheirs>();
        results.Figures.Add(new Figure(
            Id,
            "managed bytes per operation, most of any kind",
            Spread.Of([ours]),
            Spread.Of([theirs]),
            Spread.None,
            Units.Digits,
            [new Target("0", 0, Spread.Of([ours]), Units.Digits)]));
        results.Notes.Add(
            "Managed bytes per operation: the most of hit, miss, batch, overwrite, change, get-or-add, " +
            $"remove and insert of new keys; for {TOurs.Label} {ourWorst}, for {TTheirs.Label} {theirWorst}.");
    }

    private (string Kind, double Bytes) Measure<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>, IBatchedMap<ulong, ulong>
    {
        using var map = TMap.Create(default);
        MapLoops.Fill(map, _keys);
        ulong[] values = new ulong[256];
        bool[] found = new bool[256];
        (string Kind, Func<ulong> Work)[] kinds =
        [
            ("hit", () => MapLoops.Lookup(map, _keys)),
            ("miss", () => MapLoops.Lookup(map, _others)),
            ("batch", () => MapLoops.BatchedLookup(map, _keys, values, found)),
            ("overwrite", () => MapLoops.Overwrite(map, _keys)),
            ("change in place", () => MapLoops.Change(map, _keys)),
            ("get-or-add", () => MapLoops.GetOrAdd(map, _keys)),
            ("remove and insert", () => MapLoops.Churn(map, _keys, _others)),
        ];
        var worst = (Kind: "none allocates", Bytes: 0.0);
        foreach ((string kind, Func<ulong> work) in kinds)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ulong answer = work();
            double bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _keys.Length;
            Sink.Consume(answer);
            if (bytes > worst.Bytes)
            {
                worst = (kind, bytes);
            }
        }

        return worst;
    }
}
