using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Bench.Workloads;
using Ours = FastShardMap.Bench.Maps.ShardMapAdapter<ulong, ulong>;
using Theirs = FastShardMap.Bench.Maps.ConcurrentDictionaryMap<ulong, ulong>;

namespace FastShardMap.Bench.Compare;

/// <summary>Managed bytes that an operation allocates, kind by kind; the largest counts.</summary>
internal sealed class AllocationGroup(CompareOptions options, CompareResults results) : CompareGroup(options, results)
{
    private const string Id = "allocation";

    public override string Label => "managed allocation";

    public override IReadOnlyList<string> Rows => [Id];

    public override void Run()
    {
        (string ourWorst, double ours) = Measure<Ours>();
        (string theirWorst, double theirs) = Measure<Theirs>();
        Results.Add(
            Id,
            "managed bytes per operation, most of any kind",
            (Spread.Of([ours]), Spread.Of([theirs]), Spread.None),
            Units.Digits,
            new Measure(TargetUnit.ManagedBytes, Spread.Of([ours])));
        Results.Notes.Add(
            "Managed bytes per operation: the most of hit, miss, batch, overwrite, change, get-or-add, " +
            $"remove and insert of new keys; for {Ours.Label} {ourWorst}, for {Theirs.Label} {theirWorst}.");
    }

    private (string Kind, double Bytes) Measure<TMap>()
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>, IBatchedMap<ulong, ulong>
    {
        ulong[] keys = KeyStreams.Distinct(first: 0, Options.Scaled(100_000));
        ulong[] others = KeyStreams.Distinct(first: 1 << 30, keys.Length);
        using TMap map = TMap.Create(default);
        MapLoops.Fill(map, keys);
        ulong[] values = new ulong[256];
        bool[] found = new bool[256];
        (string Kind, Func<ulong> Work)[] kinds =
        [
            ("hit", () => MapLoops.Lookup(map, keys)),
            ("miss", () => MapLoops.Lookup(map, others)),
            ("batch", () => MapLoops.BatchedLookup(map, keys, values, found)),
            ("overwrite", () => MapLoops.Overwrite(map, keys)),
            ("change in place", () => MapLoops.Change(map, keys)),
            ("get-or-add", () => MapLoops.GetOrAdd(map, keys)),
            ("remove and insert", () => MapLoops.Churn(map, keys, others)),
        ];
        (string Kind, double Bytes) worst = (Kind: "none allocates", Bytes: 0.0);
        foreach ((string kind, Func<ulong> work) in kinds)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ulong answer = work();
            double bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / keys.Length;
            Sink.Consume(answer);
            if (bytes > worst.Bytes)
            {
                worst = (kind, bytes);
            }
        }

        return worst;
    }
}
