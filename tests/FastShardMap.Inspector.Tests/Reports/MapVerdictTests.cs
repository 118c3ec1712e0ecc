using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Reports;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Reports;

public sealed class MapVerdictTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    [InlineData(20_000)]
    public void Of_GoodHashes_NothingStandsOut(int entries)
    {
        using ShardMap<int, int> map = new(
            new ShardMapOptions { ShardCount = 16, Seed = new HashSeed(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03) });
        for (int key = 0; key < entries; key++)
        {
            map[key] = key;
        }

        map.TrimExcess();
        Assert.StartsWith("Nothing stands out", Assert.Single(Verdict(map)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_EqualHashes_SaysWhichShardIsHotAndThatProbesAreLong()
    {
        using ShardMap<ulong, ulong, Constant> map = new(new ShardMapOptions { ShardCount = 16 });
        for (ulong key = 0; key < 500; key++)
        {
            map[key] = key;
        }

        IReadOnlyList<string> verdict = Verdict(map);
        Assert.Contains(
            verdict,
            finding => finding.Contains(
                "is hot: 16.0 times the mean, with 500 of 500 entries", StringComparison.Ordinal));
        Assert.Contains(
            verdict, finding => finding.Contains("many keys have the same hash bits", StringComparison.Ordinal));
    }

    [Fact]
    public unsafe void Of_LockAndMigration_AreSaid()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int key = 0; map.Count < 500 || map.GetStatistics().MigrationsActive == 0; key++)
        {
            map[key] = key;
        }

        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        memory.Set((ulong)memory.Get<MapHeader>(address).WriteSides, (7 << 1) | 1);
        IReadOnlyList<string> verdict = Verdict(memory, address);

        Assert.Contains("Shard 0 is locked by thread 7, and others wait for it.", verdict);
        Assert.Contains("1 shard of 1 is migrating.", verdict);
    }

    [Fact]
    public void Of_RecordsThatNoKeyUses_SaysWhy()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int key = 0; key < 20_000; key++)
        {
            map[$"a key of more than sixty-four bytes, so that few of them are needed: {key}"] = key;
        }

        TextSnapshot<int> snapshot = map.Snapshot();
        for (int key = 0; key < 19_990; key++)
        {
            map.TryRemove($"a key of more than sixty-four bytes, so that few of them are needed: {key}", out _);
        }

        Assert.Contains(
            Verdict(map.Inner), static finding => finding.StartsWith("Snapshots keep ", StringComparison.Ordinal));

        // Removals may start a compaction, but there is none any longer.
        snapshot.Dispose();
        Assert.Contains(
            Verdict(map.Inner),
            static finding => finding.Contains("TrimExcess returns them", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Verdict<TKey, TValue, THasher>(ShardMap<TKey, TValue, THasher> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey>
    {
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        return Verdict(memory, address);
    }

    private static IReadOnlyList<string> Verdict(SnapshotMemory memory, ulong address) =>
        MapReport.Create(
            "x.dmp",
            new Capture(DateTime.UnixEpoch, IsLive: false),
            NativeMap.TryRead(memory, address, out _)!,
            runtime: null).Verdict;

    private readonly struct Constant : IKeyHasher<ulong>
    {
        public ulong Hash(ulong key, HashSeed seed) => 0x1234_5678_9ABC_DEF0;
    }
}
