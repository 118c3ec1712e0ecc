using FastShardMap.ConcurrencyTests.History;
using static FastShardMap.ConcurrencyTests.History.OpKind;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>
/// Scenarios small enough for every schedule within a bound. Keys 0 to 5 have the same home and the same tag, so that
/// they collide in every way, except that even and odd ones have different bits of an overflow filter; keys 6 and 7
/// live elsewhere. With <see cref="Page"/> a group has two slots: one group takes two entries, two groups three, four
/// groups six.
/// </summary>
internal static partial class SmallScenarios
{
    public static readonly ulong[] Keys =
    [
        .. Enumerable.Range(0, 6).Select(static id => PlacedHasher.Key(0, 5, id)),
        PlacedHasher.Key(9, 7, 6), PlacedHasher.Key(15, 5, 7),
    ];

    /// <summary>Keys of two shards, by turns.</summary>
    private static readonly ulong[] s_twoShardKeys =
        [.. Enumerable.Range(0, 4).Select(static id => PlacedHasher.Key(0, 5, id, shard: id & 1))];

    public static IReadOnlyList<Scenario> All =>
    [
        Pairs("update", 2, [Set(0, 1), Set(1, 1)], [Set(0, 2)], [Get(0), Get(0), Get(1)]),
        Pairs("insert", 2, [Set(1, 1)], [Add(0, 5)], [Get(0), Get(1), Get(0)]),
        Pairs("slot reuse", 4, [Set(0, 1), Set(1, 2)], [Remove(0), Add(3, 4)], [Get(0), Get(3), Get(0)]),
        Pairs("slot reuse by others", 4, [Set(0, 1)], [Remove(0)], [Add(1, 4)], [Get(0), Get(1)]),
        Pairs("two inserts, two reads", 2, [], [Add(0, 1), Get(1)], [Add(1, 2), Get(0)]),
        Pairs("same key", 1, [], [Add(0, 1), Remove(0)], [Add(0, 2)], [Get(0), Remove(0)]),
        Pairs(
            "compare and act",
            1,
            [Set(0, 1)],
            [Update(0, 2, 1), RemovePair(0, 3)],
            [Update(0, 3, 1), Exchange(0, 4)],
            [RemovePair(0, 2)]),
        Pairs(
            "callbacks",
            1,
            [Set(0, 1)],
            [Factory(0, 7), InPlace(0, 1)],
            [KeepUnless(0, 1, 2), Upsert(0, 3, 10)],
            [Get(0)]),
        Pairs("get or add", 1, [], [GetOrAdd(0, 1), Remove(0)], [GetOrAdd(0, 2)], [Factory(0, 3)]),

        Pages("overflowing insert", 3, [Room(6), Set(0, 1), Set(1, 1)], [Add(2, 5)], [Get(2), Get(2), Get(0)]),
        Pages(
            "overflowing remove",
            4,
            [Room(6), Set(0, 1), Set(1, 1), Set(2, 1), Set(3, 1)],
            [Remove(2)],
            [Get(3), Get(2)]),
        Pages(
            "overflow comes and goes",
            4,
            [Room(6), Set(0, 1), Set(1, 1), Set(2, 1)],
            [Remove(0), Remove(2), Add(2, 6)],
            [Get(2), Get(1)]),
        Pages(
            "churn behind an overflow",
            4,
            [Room(6), Set(0, 1), Set(1, 1), Set(2, 1)],
            [Remove(2)],
            [Add(3, 2), Remove(3)],
            [Get(2), Get(3)]),
        Pages(
            "overflow filter", 5, [Room(6), Set(0, 1), Set(2, 1), Set(4, 1)],
            [Add(1, 5), Remove(4)], [Get(1), Get(4)], [Get(3)]),
        Pages(
            "overflow filter and a write in place", 4, [Room(6), Set(0, 1), Set(2, 1)],
            [Add(1, 5), Remove(1)], [Set(0, 2)], [Get(1), Get(0)]),

        Pages("growth of one group", 4, [Set(0, 1), Set(1, 1)], [Add(2, 1), Add(3, 1)], [Get(0), Get(1), Get(2)]),
        Pages("first insert", 2, [], [Add(0, 1), Add(1, 1)], [Get(0), Get(1)]),
        Pages(
            "growth",
            4,
            [Set(0, 1), Set(1, 1), Set(2, 1)],
            [Add(3, 1), Set(0, 9), Set(1, 9)],
            [Get(0), Get(2), Get(3)]),
        Pages(
            "growth with another writer",
            4,
            [Set(0, 1), Set(1, 1), Set(2, 1)],
            [Add(3, 1), Set(0, 9)],
            [Remove(0), Set(2, 8)],
            [Get(2)]),
        Pages(
            "migration half done",
            5,
            [Set(0, 1), Set(1, 1), Set(2, 1), Set(3, 1), Move(1)],
            [Set(2, 9), Set(0, 9)],
            [Get(0), Get(2), Get(3)]),
        Pages(
            "remove while migrating",
            5,
            [Set(0, 1), Set(1, 1), Set(2, 1), Set(3, 1)],
            [Remove(2), Add(2, 3)],
            [Get(2), Get(1), Get(2)]),
        Pages(
            "room made by one, used by another",
            4,
            [Set(0, 1), Set(1, 1)],
            [Room(6)],
            [Set(0, 2), Add(2, 2)],
            [Get(0), Get(1)]),
        Pages("shrink", 3, [Room(6), Set(0, 1), Set(1, 1)], [Trim()], [Set(0, 2), Add(2, 3)], [Get(1), Get(2)]),
        Pages("shrink to nothing", 2, [Room(6), Set(0, 1)], [Remove(0), Trim()], [Add(1, 2)], [Get(0), Get(1)]),
        Pages(
            "retire and reuse",
            4,
            [Set(0, 1), Set(1, 1)],
            [Add(2, 1), Remove(2), Trim(), Add(2, 2)],
            [Get(0), Get(2), Get(1)]),
        Pages(
            "shared walk of spread keys",
            8,
            [Set(6, 1), Set(7, 1), Set(0, 1)],
            [Add(1, 1), Set(7, 2)],
            [Get(7), Get(6), Get(1)]),

        Pages("clear", 3, [Set(0, 1), Set(1, 1)], [Clear(), Add(0, 2)], [Get(0), Add(1, 3)], [Get(1)]),
        Pages(
            "clear while migrating",
            4,
            [Set(0, 1), Set(1, 1), Set(2, 1), Set(3, 1)],
            [Clear()],
            [Set(2, 5), Get(3)],
            [Get(0), Get(2)]),
        Pages("dispose", 2, [Set(0, 1)], [Dispose()], [Get(0), Add(1, 2), Get(1)], [Get(1), Remove(0)]),
        Pages(
            "dispose while migrating",
            4,
            [Set(0, 1), Set(1, 1), Set(2, 1), Set(3, 1)],
            [Dispose()],
            [Get(0), Set(2, 2)],
            [Get(3), Get(1)]),
        Pages("dispose twice", 1, [Set(0, 1)], [Dispose(), Get(0)], [Dispose(), Get(0)]),
        Pages("dispose and dispose's readers", 1, [], [Dispose()], [Get(0), Count(), List(), Walk()]),

        Pages("enumerate growth", 5, [Set(0, 1), Set(1, 1), Set(6, 1)], [Walk()], [Add(2, 1), Set(1, 2), Remove(0)]),
        Pages("enumerate shrink", 3, [Room(6), Set(0, 1), Set(6, 1)], [Walk()], [Trim()]),
        Pages("list growth", 4, [Set(0, 1), Set(1, 1), Set(2, 1)], [List()], [Add(3, 1), Remove(0)], [Set(1, 3)]),
        Pages("batch while migrating", 4, [Set(0, 1), Set(1, 1), Set(2, 1)], [Batch(4)], [Add(3, 1), Set(0, 2)]),
        TwoShards("list of two shards", [Set(0, 1), Set(1, 1)], [List(), Count()], [Set(0, 2), Set(1, 2)], [Remove(1)]),
        TwoShards("clear of two shards", [Set(0, 1), Set(1, 1)], [Clear()], [Set(2, 2), Set(3, 2)], [Get(2), Get(3)]),
        TwoShards(
            "dispose of two shards", [Set(0, 1), Set(1, 1)], [Dispose()], [Set(0, 2), Set(1, 2)], [Get(1), Get(0)]),
        TwoShards(
            "memory of one shard for another",
            [Set(0, 1), Set(2, 1)],
            [Clear()],
            [Add(1, 7), Add(3, 7)],
            [Get(0), Get(1)]),

        Pages(
            "snapshot of what is written",
            3,
            [Set(0, 1), Set(1, 1)],
            [Shot()],
            [Set(0, 2), Remove(1)],
            [Get(0), Get(1)]),
        Pages(
            "snapshot and a write ahead of the migration", 8, [Room(6), Set(0, 1), Set(7, 1)], [Shot()],
            [Set(0, 2), Set(7, 2)]),
        Pages("snapshot while growing", 4, [Set(0, 1), Set(1, 1), Set(2, 1)], [Shot()], [Add(3, 1), Set(0, 2)]),
        Pages("two snapshots", 2, [Set(0, 1), Set(1, 1)], [Shot()], [Shot(), Set(1, 3)], [Set(0, 2)]),
        TwoShards("snapshot of two shards", [Set(0, 1), Set(1, 1)], [Shot()], [Set(0, 2), Set(1, 2)], [Get(1), Get(0)]),
        Pairs("zeroed version of a retired group", 1, [Room(1)], [Get(0)], [Add(0, 1), Set(0, 2), Clear()])
            with { StalePreemptions = 3, StaleSchedules = 60_000 },
        Pairs("fractional table dropped", 8, [Room(40_000), Set(7, 1)], [Remove(7), Trim()], [Get(7), Get(6)]) with
        {
            HasLargeTables = true,
        },
        Pairs("fractional table reserved", 8, [Set(7, 1)], [Room(40_000)], [Get(7), Get(6)]) with
        {
            HasLargeTables = true,
        },

        Pages("snapshot, settled", 4, [Set(0, 1), Set(1, 1), Set(2, 1)], [Shot(copyNow: true)], [Set(2, 2), Remove(0)]),
        Pages("snapshot, nobody writes", 3, [Set(0, 1), Set(1, 1)], [Shot(), Set(0, 2)], [Get(0), Get(2), Get(1)]),
        Pages(
            "snapshot and the first write",
            3,
            [Set(0, 1), Set(1, 1), Set(2, 1)],
            [Shot()],
            [Add(3, 2)],
            [Get(3), Get(2)]),
        Pages(
            "snapshot, table put back and another reused",
            3,
            [Set(0, 1), Set(1, 1)],
            [Shot(), Room(6)],
            [Get(0), Get(2)],
            [Set(1, 2)]),
        Pages(
            "snapshot and room",
            3,
            [Room(3), Set(0, 1), Set(1, 1), Set(2, 1)],
            [Shot()],
            [Room(4), Set(3, 2)],
            [Get(2)]),
        Pages("two snapshots, nobody writes", 2, [Set(0, 1), Set(1, 1)], [Shot()], [Shot()], [Get(1), Get(0)]),
        Pages("brief snapshot", 4, [Set(0, 1), Set(1, 1), Set(2, 1)], [Brief()], [Set(2, 2), Remove(0)], [Get(2)]),
        TwoShards(
            "snapshot of two shards, one written to",
            [Set(0, 1), Set(1, 1)],
            [Shot()],
            [Set(0, 2), Get(1)],
            [Get(1), Get(0)]),
        Pages("snapshot and clear", 3, [Set(0, 1), Set(1, 1)], [Shot()], [Clear(), Add(0, 3)], [Set(1, 2)]),
        Pages("snapshot and dispose", 3, [Set(0, 1), Set(1, 1)], [Shot()], [Set(1, 2), Dispose()], [Get(0)]),
        TwoShards("two inserts into two shards, two reads", [Room(2)], [Add(0, 1), Get(1)], [Add(1, 2), Get(0)])
            with { StaleReads = 3 }, // the version and the control word, and one more

        Pages("exclusive", 4, [Set(0, 1), Set(1, 1)], [Exclusive(0, 5, 6)], [Get(0), Get(1)], [Set(0, 2)]),
        Pages("exclusive growth", 5, [Set(0, 1), Set(1, 1)], [Exclusive(2, 5, 6)], [Get(2), Get(3), Get(0)]),
        Pages(
            "exclusive while migrating",
            5,
            [Set(0, 1), Set(1, 1), Set(2, 1), Set(3, 1)],
            [Exclusive(2, 5, 6)],
            [Remove(0), Get(2)]),
        Pages("exclusive twice", 3, [Set(0, 1)], [Exclusive(0, 5, 6)], [Exclusive(1, 7, 8)], [Set(2, 2)]),
        Pages("exclusive and everything else", 3, [Set(0, 1)], [Exclusive(0, 5, 6)], [List(), Clear(), Walk()]),
        Pages("exclusive and snapshot", 4, [Set(0, 1), Set(1, 1)], [Exclusive(1, 5, 6)], [Shot(), Set(0, 2)]),
        Pages("exclusive and dispose", 3, [Set(0, 1), Set(2, 1)], [Exclusive(0, 5, 6)], [Dispose(), Get(2)], [Get(2)]),
        TwoShards(
            "exclusive of two shards",
            [Set(0, 1), Set(1, 1)],
            [Exclusive(0, 5, 6)],
            [Get(0), Get(1)],
            [Set(1, 2), Set(0, 2)]),
        Pages("exclusive, waited for", 3, [Set(0, 1)], [Exclusive(0, 5, 6)], [Set(0, 2), Set(1, 3)]) with
        {
            Timeouts = 1,
        },

        Pairs("timed writes", 1, [], [Set(0, 1), Set(0, 2)], [TimedSet(0, 3, 10)], [TimedRemove(0, 250), Get(0)]) with
        {
            Timeouts = 1,
        },
        Pairs("timed write and a queue", 1, [], [Set(0, 1), Set(0, 2)], [TimedSet(0, 3, 10)], [Set(0, 4)]) with
        {
            Timeouts = 1,
            RandomSchedules = 30_000,
        },
        Pairs("timed writes that do not wait", 1, [Set(0, 1)], [TimedSet(0, 3, 0), Get(0)], [TimedRemove(0, 0)]),
        Pages(
            "timed writes while migrating",
            5,
            [Set(0, 1), Set(1, 1), Set(2, 1), Set(3, 1)],
            [TimedRemove(2, 10)],
            [TimedSet(2, 3, 10), Set(4, 1)],
            [Get(2)])
            with { Timeouts = 1 },
        Pages("timed write and dispose", 2, [Set(0, 1)], [TimedSet(0, 3, 10), Get(0)], [Dispose()]) with
        {
            Timeouts = 1,
        },
        Pairs(
            "canceled writes",
            1,
            [Set(0, 1)],
            [Set(0, 2), Cancel()],
            [CancellableSet(0, 3)],
            [Set(0, 4), CancellableSet(0, 5)]),
        TwoShards(
            "all locks and one after the other",
            [Set(0, 1), Set(1, 1)],
            [Clear()],
            [Set(1, 2), Set(0, 2)],
            [Set(3, 2), Set(2, 2)])
            with { Timeouts = 1, RandomSchedules = 30_000 },

        Words(
            "in place",
            2,
            [Set(0, 1), Set(1, 1)],
            [Set(0, 2), Get(1)],
            [Set(1, 2), Get(0)],
            [Exchange(0, 3), Remove(0)]),
        Words("in place and insert", 3, [Set(0, 1)], [Set(0, 2)], [Add(1, 5), Remove(1)], [Get(0), Set(0, 3)]),
        Words("in place and clear", 2, [Set(0, 1)], [Set(0, 2), Set(0, 3)], [Clear(), Add(0, 4)], [Get(0)]),
        Words("in place and list", 2, [Set(0, 1), Set(1, 1)], [Set(0, 2), Set(1, 2)], [List(), List()]),
        Words("in place and snapshot", 2, [Set(0, 1), Set(1, 1)], [Set(0, 2), Set(1, 2)], [Shot()], [Get(1), Get(0)]),
        Pairs(
            "in place, two words", 2, [Set(0, 1), Set(1, 1)], [Set(0, 2)], [Exchange(1, 2)], [Get(0), Get(1), List()]),
        Pairs("in place, memory of another table", 2, [Set(0, 1)], [Set(0, 2)], [Clear(), Add(1, 4), Get(1)], [Get(1)]),
        Pages(
            "in place while growing",
            4,
            [Set(0, 1), Set(1, 1)],
            [Set(0, 2), Set(1, 3)],
            [Add(2, 1), Add(3, 1)],
            [Get(0)]),
        TwoShards("in place of two shards", [Set(0, 1), Set(1, 1)], [Set(0, 2), Get(1)], [Set(1, 2), Get(0)], [List()]),

        .. OfRecords, .. OfText, .. OfBlobs, .. OfCaches,

        Pairs("parking", 1, [], [Set(0, 1), Set(0, 2)], [Set(0, 3), Set(0, 4)], [Set(0, 5), Get(0)]),
        Pairs("parking with time limits", 1, [], [Set(0, 1), Set(0, 2)], [Set(0, 3)], [Set(0, 5)]) with
        {
            Timeouts = 2,
        },
    ];

    /// <summary>
    /// The names of scenarios; of those alone that <c>FASTSHARDMAP_SCENARIOS="growth|clear"</c> lists, if any are.
    /// </summary>
    public static IEnumerable<string> NamesOf(Func<Scenario, bool> predicate)
    {
        List<string> names = [.. All.Where(predicate).Select(static scenario => scenario.Name)];
        List<string> wanted =
        [
            .. names.Intersect(
                (System.Environment.GetEnvironmentVariable("FASTSHARDMAP_SCENARIOS") ?? string.Empty).Split('|')),
        ];
        return wanted.Count == 0 ? names : wanted;
    }

    public static Scenario ByName(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name) ?? LargeScenarios.ByName(name);

    private static Scenario Pairs(string name, int keys, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new MapTarget<Pair>(Keys[..keys]), keys, setup, threads);

    private static Scenario Words(string name, int keys, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new MapTarget<Word>(Keys[..keys]), keys, setup, threads);

    private static Scenario Pages(string name, int keys, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new MapTarget<Page>(Keys), Math.Max(keys, MaxKey(setup, threads) + 1), setup, threads);

    private static Scenario TwoShards(string name, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new MapTarget<Page>(s_twoShardKeys, shards: 2), s_twoShardKeys.Length, setup, threads);

    private static int MaxKey(MapOp[] setup, MapOp[][] threads) =>
        Math.Min(
            Keys.Length - 1,
            threads.SelectMany(static ops => ops).Concat(setup).Max(static op => op.Kind == OpKind.Batch ? 0 : op.Key));

    private static MapOp Get(int key) => new(OpKind.Get, key);

    private static MapOp Set(int key, ulong value) => new(OpKind.Set, key, value);

    private static MapOp Add(int key, ulong value) => new(TryAdd, key, value);

    private static MapOp Update(int key, ulong value, ulong expected) => new(TryUpdate, key, value, expected);

    private static MapOp Remove(int key) => new(TryRemove, key);

    private static MapOp RemovePair(int key, ulong value) => new(TryRemovePair, key, value);

    private static MapOp GetOrAdd(int key, ulong value) => new(OpKind.GetOrAdd, key, value);

    private static MapOp Factory(int key, ulong value) => new(GetOrAddFactory, key, value);

    private static MapOp Upsert(int key, ulong value, ulong delta) => new(AddOrUpdate, key, value, delta);

    private static MapOp Exchange(int key, ulong value) => new(TryExchange, key, value);

    private static MapOp InPlace(int key, ulong delta) => new(UpdateInPlace, key, delta);

    private static MapOp KeepUnless(int key, ulong delta, ulong value) => new(UpdateOrRemove, key, delta, value);

    private static MapOp Clear() => new(OpKind.Clear);

    private static MapOp Count() => new(OpKind.Count);

    private static MapOp List() => new(ToArray);

    private static MapOp Walk() => new(Enumerate);

    private static MapOp Shot(bool copyNow = false) => new(Snapshot, copyNow ? 1 : 0);

    private static MapOp Brief() => new(Snapshot, 2);

    private static MapOp Exclusive(int key, ulong value, ulong next) => new(OpKind.Exclusive, key, value, next);

    private static MapOp TimedSet(int key, ulong value, ulong milliseconds) =>
        new(OpKind.TimedSet, key, value, milliseconds);

    private static MapOp TimedRemove(int key, ulong milliseconds) => new(OpKind.TimedRemove, key, 0, milliseconds);

    private static MapOp CancellableSet(int key, ulong value) => new(OpKind.CancellableSet, key, value);

    private static MapOp Cancel() => new(OpKind.Cancel);

    private static MapOp Batch(int keys) => new(OpKind.Batch, keys);

    private static MapOp Trim() => new(TrimExcess);

    private static MapOp Room(ulong entries) => new(EnsureCapacity, 0, entries);

    private static MapOp Move(ulong groups) => new(MoveSome, 0, groups);

    private static MapOp Dispose() => new(OpKind.Dispose);
}
