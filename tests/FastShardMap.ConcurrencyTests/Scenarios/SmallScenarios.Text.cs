using FastShardMap.ConcurrencyTests.History;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>Scenarios of text: operations that those of records leave out, with keys of every form.</summary>
internal static partial class SmallScenarios
{
    private static IReadOnlyList<Scenario> OfText =>
    [
        Texts("text, first inserts", [], [Add(0, 1), Add(1, 2)], [Add(1, 3), Get(0)]),
        Texts("text, same long key", [], [Add(3, 1), Remove(3)], [GetOrAdd(3, 2)], [Get(3)]),
        Texts(
            "text, compare and act",
            [Set(1, 1)],
            [Update(1, 2, 1), RemovePair(1, 3)],
            [Update(1, 3, 1), Exchange(1, 4)],
            [RemovePair(1, 2)]),
        Texts(
            "text, callbacks",
            [Set(2, 1)],
            [Upsert(2, 7, 1), InPlace(2, 1)],
            [KeepUnless(2, 1, 2), Upsert(2, 3, 10)],
            [Get(2)]),
        Texts("text, batch", [Set(0, 1), Set(1, 1)], [Remove(1), Add(2, 2)], [Batch(4)], [Set(0, 3)]),
        Texts("text, listed", [Set(1, 1), Set(3, 1)], [List()], [Remove(1), Add(2, 2)]),
        Texts("text, enumerated", [Set(1, 1), Set(3, 1)], [Walk()], [Remove(3), Set(0, 2)]),
        Texts("text and a snapshot", [Set(1, 1), Set(3, 1)], [Shot(copyNow: true)], [Remove(3), Add(3, 2)], [Get(3)]),
        Texts(
            "text, trimmed",
            [Set(1, 1), Set(2, 1), Set(3, 1), Remove(2)],
            [Trim()],
            [Remove(1), Add(2, 2)],
            [Get(3)]),
        Texts("text and clear", [Set(1, 1)], [Clear(), Add(3, 1)], [GetOrAdd(1, 2)], [Get(3)]),
        Texts("text and dispose", [Set(1, 1)], [Dispose()], [Get(1), GetOrAdd(3, 1)]),
    ];

    private static Scenario Texts(string name, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new TextTarget<Pair>(), 4, setup, threads);
}
