using System.Runtime.CompilerServices;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Floor;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Compare;

/// <summary>Lookups in maps of one size: hits, dependent hits, misses and batches, beside the floor.</summary>
internal sealed class LookupGroup<TKey, TValue, TEntry>(
    CompareOptions options, CompareResults results, LookupSize size, EntryForm form) : CompareGroup(options, results)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    /// <summary>
    /// Keys handed over in one batched call: enough to hide its fixed cost, few enough to stay in cache.
    /// </summary>
    public const int BatchKeys = 256;

    private static readonly Dictionary<string, string> Works = new(StringComparer.Ordinal)
    {
        ["hit"] = "independent hits",
        ["dep"] = "dependent hits",
        ["miss"] = "misses",
        ["batch"] = "batched hits",
    };

    /// <summary>How a map was made, by the endings of the rows' short names.</summary>
    private static readonly Dictionary<string, string> Builds = new(StringComparer.Ordinal)
    {
        [""] = "",
        ["-reserved"] = ", reserved",
        ["-huge"] = ", reserved, huge pages",
        ["-grown-huge"] = ", grown, huge pages",
    };

    // Large maps get new keys in every repetition: drawn again, the same ones would still be in the last cache.
    private readonly int _operations = options.Operations(size.IsLarge ? 2_000_000 : 4_000_000);
    private readonly List<Series> _plan = [];

    /// <summary>Only words are also looked up in batches, in reserved maps and with huge pages.</summary>
    private bool IsWord => form == EntryForm.Word;

    private bool HasReserved => IsWord && size.IsLarge;

    private bool HasGrownHuge => IsWord && size.HasGrownHugePages;

    public override string Label => $"lookups{form.Words}, {size.Label}";

    public override IReadOnlyList<string> Rows =>
    [
        Id("hit"), Id("dep"), Id("miss"),
        .. Ids(IsWord, "", "batch"),
        .. Ids(HasReserved, "-reserved", "hit", "miss"),
        .. Ids(HasReserved, "-huge", "hit", "dep", "batch"),
        .. Ids(HasGrownHuge, "-grown-huge", "dep", "batch"),
    ];

    public override void Run()
    {
        LoopWarmUp.RunOnce<ShardMapAdapter<TKey, TValue>, TKey, TValue, TEntry>();
        LoopWarmUp.RunOnce<ConcurrentDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>();
        int pairs = Options.Scaled(size.Pairs);
        int draws = _operations * (size.IsLarge ? Options.Repetitions + 1 : 1);
        ulong[] numbers = KeyStreams.Distinct(first: 0, pairs);
        ulong[] loads = KeyStreams.Uniform(numbers, draws, seed: 1);
        TKey[] keys = KeysOf(numbers);
        TKey[] hits = KeysOf(loads);
        TKey[] misses = KeysOf(KeyStreams.Uniform(KeyStreams.Distinct(first: pairs, pairs), draws, seed: 2));

        // Grown from empty, as maps of unknown size are; a reservation is exact, hence fuller, and has rows of its own.
        MapSettings reserved = new(Capacity: pairs);
        using ShardMapAdapter<TKey, TValue> ours = Build<ShardMapAdapter<TKey, TValue>>(keys, default);
        using ShardMapAdapter<TKey, TValue> oursReserved = Build<ShardMapAdapter<TKey, TValue>>(
            HasReserved ? keys : [], reserved);
        using ShardMapAdapter<TKey, TValue> oursHuge = Build<ShardMapAdapter<TKey, TValue>>(
            HasReserved ? keys : [], reserved with { HugePages = true });
        using ShardMapAdapter<TKey, TValue> oursGrownHuge = Build<ShardMapAdapter<TKey, TValue>>(
            HasGrownHuge ? keys : [], new MapSettings(HugePages: true));
        using ConcurrentDictionaryMap<TKey, TValue> theirs = Build<ConcurrentDictionaryMap<TKey, TValue>>(
            keys, default);
        long slots = FloorSlots(pairs);
        using FloorTable floor = new(slots, huge: false);
        using FloorTable floorHuge = new(slots, huge: true);
        GcMeter.CollectAll();

        List<Action> rows = new();
        void Row(string kind, string suffix, Series own, Series other, Series load) => rows.Add(() => Report(
            Id(kind) + suffix, $"{Works[kind]}{Builds[suffix]}{form.Words}, {size.Label}", own, other, load));

        Series theirHits = Lookups("hits", theirs, hits);
        Series theirChain = Chain("hits", theirs, hits);
        Series theirMisses = Lookups("misses", theirs, misses);
        Series free = Add("loads", turn => floor.Independent(Slice(loads, turn)));
        Series chained = Add("loads", turn => floor.Dependent(Slice(loads, turn), Sink.Zero));
        Series fetched = Add("loads", turn => floor.Prefetched(Slice(loads, turn)));
        Series freeHuge = Add("loads", turn => floorHuge.Independent(Slice(loads, turn)));
        Series chainedHuge = Add("loads", turn => floorHuge.Dependent(Slice(loads, turn), Sink.Zero));
        Series fetchedHuge = Add("loads", turn => floorHuge.Prefetched(Slice(loads, turn)));
        Row("hit", "", Lookups("hits", ours, hits), theirHits, free);
        Row("dep", "", Chain("hits", ours, hits), theirChain, chained);
        Row("miss", "", Lookups("misses", ours, misses), theirMisses, free);
        if (IsWord)
        {
            Row("batch", "", Batches(ours, hits), theirHits, fetched);
        }

        if (HasReserved)
        {
            Row("hit", "-reserved", Lookups("hits", oursReserved, hits), theirHits, free);
            Row("miss", "-reserved", Lookups("misses", oursReserved, misses), theirMisses, free);
            Row("hit", "-huge", Lookups("hits", oursHuge, hits), theirHits, freeHuge);
            Row("dep", "-huge", Chain("hits", oursHuge, hits), theirChain, chainedHuge);
            Row("batch", "-huge", Batches(oursHuge, hits), theirHits, fetchedHuge);
        }

        if (HasGrownHuge)
        {
            Row("dep", "-grown-huge", Chain("hits", oursGrownHuge, hits), theirChain, chainedHuge);
            Row("batch", "-grown-huge", Batches(oursGrownHuge, hits), theirHits, fetchedHuge);
        }

        // Small maps take so little time that more repetitions cost nothing.
        Series.Interleave(size.IsLarge ? Options.Repetitions : Options.Repetitions * 2, discarded: 1, _plan);
        rows.ForEach(report => report());
        AddFloor("independent", free, freeHuge, floorHuge.HugeShare);
        AddFloor("dependent", chained, chainedHuge, floorHuge.HugeShare);
        AddFloor("prefetched", fetched, fetchedHuge, floorHuge.HugeShare);
    }

    /// <summary>As many slots of 16 bytes as take the memory of the pairs.</summary>
    private static long FloorSlots(long pairs) =>
        pairs * (Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>()) / FloorTable.SlotBytes;

    private static TKey[] KeysOf(ulong[] numbers) =>
        (object)numbers as TKey[] ?? Array.ConvertAll(numbers, TEntry.KeyOf);

    private static TMap Build<TMap>(TKey[] keys, MapSettings settings)
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue>
    {
        TMap map = TMap.Create(keys.Length == 0 ? default : settings);
        return WriteLoops<TMap, TKey, TValue, TEntry>.Fill(map, keys) == (ulong)keys.Length
            ? map
            : throw new AnswersDifferException($"{TMap.Label} did not take all of {keys.Length} distinct keys.");
    }

    private string Id(string kind) => $"{kind}-{size.Name}{form.Suffix}";

    private IEnumerable<string> Ids(bool isMeasured, string suffix, params string[] kinds) =>
        isMeasured ? kinds.Select(kind => Id(kind) + suffix) : [];

    private ReadOnlySpan<T> Slice<T>(T[] stream, int repetition) =>
        stream.AsSpan(repetition % (stream.Length / _operations) * _operations, _operations);

    private Series Add(string answers, Func<int, ulong> run)
    {
        Series series = Series.OneThread(answers, _operations, run);
        _plan.Add(series);
        return series;
    }

    private Series Lookups<TMap>(string answers, TMap map, TKey[] stream)
        where TMap : struct, ILookupMap<TKey, TValue> =>
        Add(answers, turn => ReadLoops<TMap, TKey, TValue, TEntry>.Lookup(map, Slice(stream, turn)));

    private Series Chain<TMap>(string answers, TMap map, TKey[] stream)
        where TMap : struct, ILookupMap<TKey, TValue> =>
        Add(answers, turn =>
            ReadLoops<TMap, TKey, TValue, TEntry>.DependentLookup(map, Slice(stream, turn), Sink.Zero));

    private Series Batches<TMap>(TMap map, TKey[] stream)
        where TMap : struct, IBatchedMap<TKey, TValue> => Add("hits", turn =>
        {
            Span<TValue> values = stackalloc TValue[BatchKeys];
            Span<bool> found = stackalloc bool[BatchKeys];
            return BatchLoops<TMap, TKey, TValue, TEntry>.Lookup(map, Slice(stream, turn), values, found);
        });

    private void AddFloor(string kind, Series small, Series huge, double share) =>
        Results.Floors.Add(new FloorFigure(size.Label + form.Words, kind, small.Spread, huge.Spread, share));
}
