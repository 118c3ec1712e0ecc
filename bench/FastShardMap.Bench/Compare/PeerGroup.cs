using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>Lookups and overwrites in the maps of others, reserved, beside the floor.</summary>
/// <remarks>Every map has room reserved, since some of them must be told how much they are to hold.</remarks>
internal sealed class PeerGroup(CompareOptions options, CompareResults results, LookupSize size)
    : CompareGroup(options, results)
{
    private const string FloorLabel = "floor (hash + load)";

    /// <summary>ConcurrentDictionary first: the others are held against it.</summary>
    private static readonly Peer[] Maps =
    [
        Peer.ConcurrentDictionary, Peer.ShardMap, Peer.NonBlocking, Peer.ConcurrentLru, Peer.Faster, Peer.Dictionary,
        Peer.FrozenDictionary,
    ];

    private static readonly string[] Works = ["independent hits", "dependent hits", "misses", "overwrite existing"];

    private readonly string _id = $"peers-{size.Name}";

    private delegate ulong Loop(ReadOnlySpan<ulong> keys);

    public override string Label => $"peers, {size.Label}";

    public override IReadOnlyList<string> Rows => [_id];

    public override void Run()
    {
        int pairs = Options.Scaled(size.Pairs);
        int operations = Options.Operations(size.IsLarge ? 1_000_000 : 2_000_000);
        ulong[] keys = KeyStreams.Distinct(first: 0, pairs);
        ulong[] hits = KeyStreams.Uniform(keys, operations, seed: 1);
        ulong[] misses = KeyStreams.Uniform(KeyStreams.Distinct(first: pairs, pairs), operations, seed: 2);
        ulong[][] streams = [hits, hits, misses, hits];
        using FloorTable floor = new(pairs, huge: false);
        PeerRun[] runs = Array.ConvertAll(Maps, map => Peers.Visit(map, new Visitor(keys)));
        try
        {
            Loop[] loads = [floor.Independent, keysToLoad => floor.Dependent(keysToLoad, Sink.Zero)];
            PeerRun floorRun = new(FloorLabel, loads, floor);
            WarmUp([.. runs, floorRun], hits, misses);
            GcMeter.CollectAll();
            for (int work = 0; work < Works.Length; work++)
            {
                Measure(work, [.. runs.Where(run => work < run.Loops.Length)], floorRun, streams[work]);
            }
        }
        finally
        {
            Array.ForEach(runs, run => run.Map.Dispose());
        }
    }

    private static void WarmUp(PeerRun[] runs, ulong[] hits, ulong[] misses) => LoopWarmUp.Repeat(() =>
    {
        foreach (Loop loop in runs.SelectMany(run => run.Loops))
        {
            Sink.Consume(loop(hits.AsSpan(0, 1_000)) + loop(hits.AsSpan(0, 1_000)));
        }

        foreach (PeerRun run in runs)
        {
            Sink.Consume(run.Loops[0](misses.AsSpan(0, 1_000)));
        }
    });

    private void Measure(int work, PeerRun[] runs, PeerRun floor, ulong[] stream)
    {
        Series[] series = Array.ConvertAll(
            runs, run => Series.OneThread(Works[work], stream.Length, _ => run.Loops[work](stream)));

        // Writes have no floor of their own: theirs, too, is a hash and a load.
        Loop load = floor.Loops[work < floor.Loops.Length ? work : 0];
        Series loads = Series.OneThread("loads", stream.Length, _ => load(stream));
        Series.Interleave(Options.SlowRepetitions, discarded: 1, [.. series, loads]);
        AddFigure(work, floor.Label, loads, series[0]);
        for (int i = 0; i < runs.Length; i++)
        {
            AddFigure(work, runs[i].Label, series[i], series[0]);
        }
    }

    private void AddFigure(int work, string map, Series own, Series theirs) => Results.Peers.Add(
        new PeerFigure(_id, $"{Works[work]}, {size.Label}", map, own.Spread, own.RatioTo(theirs)));

    /// <summary>A map, with a loop per kind of work that it can do, in the order of <see cref="Works"/>.</summary>
    private sealed record PeerRun(string Label, Loop[] Loops, IDisposable Map);

    private sealed class Visitor(ulong[] keys) : IPeerVisitor<ulong, ulong, PeerRun>
    {
        public PeerRun Visit<TMap>()
            where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
        {
            TMap map = Filled<TMap>();
            return new PeerRun(TMap.Label, [.. Lookups(map), stream => MapLoops.Overwrite(map, stream)], map);
        }

        public PeerRun VisitReadable<TMap>()
            where TMap : struct, IReadableMap<TMap, ulong, ulong>
        {
            TMap map = Filled<TMap>();
            return new PeerRun(TMap.Label, Lookups(map), map);
        }

        private static Loop[] Lookups<TMap>(TMap map)
            where TMap : struct, IReadableMap<TMap, ulong, ulong> =>
        [
            stream => MapLoops.Lookup(map, stream),
            stream => MapLoops.DependentLookup(map, stream, Sink.Zero),
            stream => MapLoops.Lookup(map, stream),
        ];

        private TMap Filled<TMap>()
            where TMap : struct, IReadableMap<TMap, ulong, ulong>
        {
            TMap map = TMap.CreateFilled<WordEntry>(keys, new MapSettings(Capacity: keys.Length));
            return map.Count == keys.Length
                ? map
                : throw new AnswersDifferException($"{TMap.Label} holds {map.Count} of {keys.Length} distinct keys.");
        }
    }
}
