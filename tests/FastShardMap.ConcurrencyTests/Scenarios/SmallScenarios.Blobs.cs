using FastShardMap.ConcurrencyTests.History;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>Scenarios of values of any length.</summary>
internal static partial class SmallScenarios
{
    private static IReadOnlyList<Scenario> OfBlobs =>
    [
        Blobs("value replaced", [Set(0, 1)], [Set(0, 2), Set(0, 3)], [Get(0), Get(0)]),
        Blobs("value's record used again", [Set(0, 1)], [Remove(0), Add(1, 2)], [Get(0), Get(1)]),
        Blobs("value's record used again by others", [Set(0, 1)], [Set(0, 2)], [Set(1, 3)], [Get(0), Get(1)]),
        BlobLengths("value of another length", [Set(2, 1)], [Set(2, 2), Set(2, 3)], [Get(2), Get(2)]),
        BlobLengths("values, same key", [], [Add(3, 1), Remove(3)], [GetOrAdd(3, 2)], [Get(3)]),
        BlobLengths("values, factory", [], [Factory(2, 1), Remove(2)], [Factory(2, 2)], [Get(2)]),
        BlobLengths("values, compare", [Set(2, 1)], [Update(2, 2, 1)], [Update(2, 3, 1), Update(2, 4, 2)], [Get(2)]),
        BlobLengths("values, batch", [Set(0, 1), Set(2, 1)], [Remove(2), Add(3, 2)], [Batch(4)]),
        BlobLengths("values, enumerated", [Set(0, 1), Set(2, 1)], [Walk()], [Set(2, 2), Remove(0)]),
        BlobLengths("values and a snapshot", [Set(0, 1), Set(2, 1)], [Shot()], [Set(2, 2), Remove(0)], [Get(2)]),
        BlobLengths("values and clear", [Set(0, 1)], [Clear(), Add(2, 1)], [GetOrAdd(0, 2)], [Get(2)]),
        BlobLengths("values and dispose", [Set(0, 1)], [Dispose()], [Get(0), GetOrAdd(2, 1)]),
        new(
            "values compacted",
            new BlobTarget(1_000),
            4,
            [Set(0, 1), Set(2, 1), Set(3, 1), Remove(3)],
            [Trim()],
            [Set(0, 2), Remove(2)],
            [Get(0)]),
    ];

    /// <summary>Values of one length, whose records are used again by each other.</summary>
    private static Scenario Blobs(string name, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new BlobTarget(24), 4, setup, threads);

    private static Scenario BlobLengths(string name, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new BlobTarget(17, 40, 100), 4, setup, threads);
}
