using FastShardMap.ConcurrencyTests.History;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>Scenarios of caches: a reader stores a mark after it has read.</summary>
internal static partial class SmallScenarios
{
    private static IReadOnlyList<Scenario> OfCaches =>
    [
        Caches("mark and update", 2, [Set(0, 1)], [Set(0, 2), Set(0, 3)], [Get(0), Get(0)]),
        Caches("mark and slot reuse", 4, [Set(0, 1)], [Remove(0), Add(3, 4)], [Get(0), Get(3)]),
        Caches("mark and slot reuse by others", 4, [Set(0, 1)], [Remove(0)], [Add(1, 4)], [Get(0), Get(1)]),
        Caches("mark and compare", 1, [Set(0, 1)], [Update(0, 2, 1)], [Update(0, 3, 2)], [Get(0), Get(0)]),
        Caches("mark, removal and update", 1, [Set(0, 1)], [Remove(0)], [Set(0, 2)], [Get(0), Get(0)]),
        Caches("mark and clear", 4, [Set(0, 1), Set(1, 1)], [Clear(), Add(2, 3)], [Get(0), Get(2)]),
        Caches("mark and clear, another writer", 4, [Set(0, 1)], [Clear()], [Add(1, 2), Get(1)], [Get(0), Get(1)]),
        Caches("mark and dispose", 2, [Set(0, 1)], [Dispose()], [Get(0), Get(0)], [Set(0, 2), Add(1, 1)]),
        Caches("mark and trim", 1, [Set(0, 1)], [TrimOne(), Add(0, 3)], [Get(0), Get(0)]),
        Caches("trim of a marked entry", 1, [Set(0, 1), Get(0), Get(0)], [TrimOne()], [Set(0, 2)], [Get(0)]),
        InPlace("mark and update in place", 1, [Set(0, 1)], [Set(0, 2), Set(0, 3)], [Get(0), Get(0)]),
        InPlace("removal and update in place", 1, [Set(0, 1)], [Remove(0)], [Set(0, 2), Get(0)]),
        InPlace("trim and update in place", 1, [Set(0, 1)], [TrimOne()], [Set(0, 2), Get(0)]),
        InPlace("clear and update in place", 1, [Set(0, 1)], [Clear(), Add(0, 3)], [Set(0, 2), Get(0)]),
        Caches("cache, get or add", 1, [], [GetOrAdd(0, 1), Remove(0)], [GetOrAdd(0, 2)]),
        Caches("cache, enumerated", 3, [Set(0, 1), Set(1, 1)], [Walk()], [Remove(0), Set(1, 2)], [Get(1)]),
        new(
            "mark beside wide values",
            new CacheTarget<Page, PlacedHasher>(Keys[..4]),
            4,
            [Set(0, 1), Set(1, 1)],
            [Remove(0), Add(2, 2), Add(3, 3)],
            [Get(0), Get(2), Get(3)]),
    ];

    private static Scenario Caches(string name, int keys, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new CacheTarget<Pair, PlacedHasher>(Keys[..keys]), keys, setup, threads);

    private static Scenario InPlace(string name, int keys, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new CacheTarget<Pair, DefaultHasher<ulong>>(Keys[..keys]), keys, setup, threads);

    private static MapOp TrimOne() => new(OpKind.TryRemove, 0, 0, CacheTarget<Pair, PlacedHasher>.ByTrim);
}
