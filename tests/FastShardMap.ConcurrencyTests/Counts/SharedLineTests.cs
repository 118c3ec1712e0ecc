using FastShardMap.Tests.Conventions;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.ConcurrencyTests.Counts;

/// <summary>
/// native-layout-docs/scaling.md: the lines of shared memory that each operation writes, counted in the production
/// code, and the model of what they cost, computed.
/// </summary>
public sealed class SharedLineTests
{
    private const string Document = "native-layout-docs/scaling.md";
    private const int Shards = 4;

    /// <summary>Half of what the tables take: no operation meets a full shard, unless it is to.</summary>
    private const int Entries = 80;

    private static readonly string[] Parts = ["header", "views", "write sides", "groups"];

    private static readonly Dictionary<string, Action<Map, ulong>> Settled = new(StringComparer.Ordinal)
    {
        ["read, hit"] = static (map, key) => Assert.True(map.TryGetValue(key, out _)),
        ["read, miss"] = static (map, key) => Assert.False(map.TryGetValue(key + 1000, out _)),
        ["batch of 16"] = static (map, key) =>
            map.TryGetValues(
                [.. Enumerable.Range((int)key, 16).Select(static one => (ulong)one)], new ulong[16], new bool[16]),
        ["Count"] = static (map, _) => Assert.NotEqual(0, map.Count),
        ["enumeration of 80 entries"] = static (map, _) => Assert.True(map.ToList().Count > 0),
        ["TryAdd, present"] = static (map, key) => Assert.False(map.TryAdd(key, 1)),
        ["remove, absent"] = static (map, key) => Assert.False(map.TryRemove(key + 1000, out _)),
        ["overwrite"] = static (map, key) => map[key] = key + 5000,
        ["insert"] = static (map, key) => Assert.True(map.TryAdd(key + 100_000, key)),
        ["remove"] = static (map, key) => Assert.True(map.TryRemove(key, out _)),
    };

    [Fact]
    public void Lines_WrittenByEachOperation_AreThoseOfTheDocument()
    {
        SortedDictionary<string, string> documented = new(StringComparer.Ordinal);
        MarkdownTable table = Table("operation");
        foreach (string[] row in table.Rows)
        {
            documented.Add(
                table.Cell(row, "operation"), string.Join(" | ", Columns().Select(column => table.Cell(row, column))));
        }

        SortedDictionary<string, string> counted = new(StringComparer.Ordinal);
        foreach ((string name, Action<Map, ulong> operation) in Settled)
        {
            counted.Add(name, Counts(() => Filled(Entries), static key => key, operation));
        }

        counted.Add(
            "insert that starts a migration", Counts(Full, static _ => 50_000, static (map, key) => map[key] = key));
        counted.Add(
            "overwrite in a migrating shard",
            Counts(Migrating, static key => key % 8, static (map, key) => map[key] = key + 5000));
        counted.Add(
            "read, hit in a migrating shard",
            Counts(Migrating, static key => key % 8, static (map, key) => Assert.True(map.TryGetValue(key, out _))));
        Assert.True(
            Text(documented) == Text(counted), $"{Document} says:\n{Text(documented)}\ncounted:\n{Text(counted)}");
    }

    /// <summary>Where comparing keys is the user's code, overwriting takes the lock.</summary>
    [Fact]
    public void Overwrites_InPlace_AreThoseOfKnownKeys()
    {
        Assert.Equal(0, LocksOfAnOverwrite<ulong, ulong>(1));
        Assert.Equal(0, LocksOfAnOverwrite<uint, uint>(1));
        Assert.Equal(0, LocksOfAnOverwrite<EnumKey<DayOfWeek>, ulong>(DayOfWeek.Friday));
        Assert.Equal(0, LocksOfAnOverwrite<Guid, ulong>(Guid.NewGuid()));
        Assert.Equal(1, LocksOfAnOverwrite<UserKey, ulong>(new UserKey(1)));
    }

    [Fact]
    public void Model_OfTheDocument_IsTheFormulaOfTheDocument()
    {
        MarkdownTable table = Table("cores");
        Assert.NotEmpty(table.Rows);
        List<string> expected = [];
        List<string> actual = [];
        foreach (string[] row in table.Rows)
        {
            int cores = Number("cores");
            int shards = Number("shards");
            double writes = Number("writes, %") / 100.0;
            CoherenceModel model = new(cores, shards, writes);
            expected.Add(
                $"{cores} {shards} {writes}: {table.Cell(row, "ns per read")} {table.Cell(row, "ns per write")} "
                    + $"{table.Cell(row, "lock waits, ns")} {table.Cell(row, "million op/s")} "
                    + $"{table.Cell(row, "lock busy, %")}");
            actual.Add(
                $"{cores} {shards} {writes}: {model.ReadNanoseconds:0} {model.WriteNanoseconds:0} "
                    + $"{model.LockWaitNanoseconds:0} {model.MillionOperationsPerSecond:0} {100 * model.LockBusy:0}");

            int Number(string column) =>
                int.Parse(table.Cell(row, column), System.Globalization.CultureInfo.InvariantCulture);
        }

        Assert.True(
            expected.SequenceEqual(actual),
            $"{Document} says:\n{string.Join('\n', expected)}\ncomputed:\n{string.Join('\n', actual)}");
    }

    private static int LocksOfAnOverwrite<TKey, TValue>(TKey key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        using ShardMap<TKey, TValue> map = new(new ShardMapOptions { ShardCount = 1 });
        map[key] = default;
        StepRecorder recorder = new();
        recorder.Record(() => map[key] = default);
        return recorder.CountOf("unlock");
    }

    private static IEnumerable<string> Columns() => [.. Parts, "locks taken"];

    private static MarkdownTable Table(string column) =>
        Assert.Single(MarkdownTable.ReadAll(Repository.ReadText(Document)), table => table.HasColumns(column));

    private static string Text(SortedDictionary<string, string> rows) =>
        string.Join('\n', rows.Select(static row => $"{row.Key} | {row.Value}"));

    /// <summary>
    /// The least and the most of each column, over the operation on many keys, each in a map of its own.
    /// </summary>
    private static string Counts(Func<Map> create, Func<ulong, ulong> keyOf, Action<Map, ulong> operation)
    {
        List<int[]> counts = [];
        for (ulong key = 0; key < 64; key++)
        {
            using Map map = create();
            StepRecorder recorder = new(map);
            recorder.Record(() => operation(map, keyOf(key)));
            counts.Add([.. Parts.Select(recorder.LinesOf), recorder.CountOf("unlock")]);
        }

        return string.Join(" | ", Enumerable.Range(0, counts[0].Length).Select(column =>
        {
            int least = counts.Min(one => one[column]);
            int most = counts.Max(one => one[column]);
            return least == most ? $"{least}" : $"{least}–{most}";
        }));
    }

    private static Map Create(int shards, int capacity) => new(new ShardMapOptions
    {
        ShardCount = shards,
        Capacity = capacity,
        MigrationStepGroups = 1,
        Seed = new HashSeed(0x9FB2_1C65_1E98_DF25, 0xD6E8_FEB8_6659_FD93),
    });

    private static Map Filled(int entries)
    {
        Map map = Create(Shards, 2 * entries);
        Fill(map, entries);
        return map;
    }

    /// <summary>One shard with as many entries as its four groups take.</summary>
    private static Map Full()
    {
        Map map = Create(1, 22);
        Fill(map, (int)map.Capacity);
        return map;
    }

    private static Map Migrating()
    {
        Map map = Full();
        map[50_000] = 1;
        Assert.Equal(1, map.GetStatistics().MigrationsActive);
        return map;
    }

    private static void Fill(Map map, int entries)
    {
        for (ulong key = 0; key < (ulong)entries; key++)
        {
            map[key] = key;
        }

        Assert.Equal(0, map.GetStatistics().MigrationsStarted);
    }

    private readonly record struct UserKey(int Number);
}
