using FastShardMap.ConcurrencyTests.History;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>Scenarios of keys that have records.</summary>
internal static partial class SmallScenarios
{
    private static IReadOnlyList<Scenario> OfRecords =>
    [
        Records("record used again", [Set(0, 1)], [Remove(0), Add(1, 2)], [Get(0), Get(1)]),
        Records("record used again and again", [Set(0, 1)], [Remove(0), Add(1, 2), Remove(1), Add(0, 3)], [Get(1)]),
        Records("record used again, two readers", [Set(0, 1)], [Remove(0), Add(1, 2)], [Get(1)], [Get(0)]),
        Records("record used again by others", [Set(0, 1)], [Remove(0)], [Add(1, 2)], [Get(1), Get(0)]),
        Records("record and in place", [Set(0, 1)], [Remove(0), Add(1, 2)], [Set(0, 3)], [Get(0), Get(1)]),
        Records("records, first insert", [], [Add(0, 1), Add(1, 2)], [Get(0), Get(1)]),
        Records("record and table used again", [Set(0, 1)], [Remove(0), Trim(), Add(1, 2)], [Get(0), Get(1)]),
        Records("records and clear", [Set(0, 1)], [Clear(), Add(1, 2)], [Get(0), Get(1)]),
        Records("records and dispose", [Set(0, 1)], [Dispose()], [Get(0), Remove(0)]),
        Records("records, enumerated", [Set(0, 1), Set(1, 1)], [Walk()], [Remove(0), Add(2, 2)]),
        Records("records and a snapshot", [Set(0, 1), Set(1, 1)], [Shot()], [Remove(0), Add(2, 2)], [Get(0)]),
        Records("records and a snapshot, cleared", [Set(0, 1)], [Shot()], [Clear(), Add(1, 2)], [Get(1)]),
        Records("records and two snapshots", [Set(0, 1)], [Shot()], [Shot(), Remove(0), Add(1, 2)]),
        RecordPages("records, growth", [Set(0, 1), Set(1, 1)], [Add(2, 1), Remove(0), Add(3, 1)], [Get(0), Get(3)]),
        RecordPages("records, migration", [Set(0, 1), Set(1, 1), Set(2, 1)], [Remove(1), Add(3, 2)], [Get(1), Get(2)]),
        LargeRecords(
            "records compacted",
            [Set(0, 1), Set(1, 1), Set(2, 1), Remove(2)],
            [Trim()],
            [Get(0), Get(1)],
            [Set(0, 2)]),
        LargeRecords(
            "records compacted and released",
            [Set(0, 1), Set(1, 1), Set(2, 1), Remove(2)],
            [Trim()],
            [Remove(0), Add(3, 2)],
            [Get(0), Get(3)]),
        LargeRecords(
            "records of a large table compacted",
            [Room(40), Set(0, 1), Set(1, 1), Set(2, 1), Remove(2)],
            [Trim()],
            [Remove(0), Add(3, 2)],
            [Get(1)]),
        new(
            "a record that looks like a group",
            new RecordTarget<Pair>(keys: 2, keyBytes: 32, feigned: true),
            2,
            [Room(40), Set(0, 1)],
            [Clear(), Add(1, 2)],
            [Get(0)]),
    ];

    private static Scenario Records(string name, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new RecordTarget<Pair>(keys: 4, keyBytes: 32), 4, setup, threads);

    private static Scenario RecordPages(string name, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new RecordTarget<Page>(keys: 4, keyBytes: 32), 4, setup, threads);

    /// <summary>Three records fill a segment.</summary>
    private static Scenario LargeRecords(string name, MapOp[] setup, params MapOp[][] threads) =>
        new(name, new RecordTarget<Pair>(keys: 4, keyBytes: 1_000), 4, setup, threads);
}
