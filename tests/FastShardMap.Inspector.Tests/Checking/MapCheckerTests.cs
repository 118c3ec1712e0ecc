using FastShardMap.Inspector.Checking;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Checking;

/// <summary>Every rule of the check, on a sound map and on one that was damaged in just that way.</summary>
public sealed unsafe partial class MapCheckerTests
{
    private const int Entries = 3_000;

    private delegate void Change<T>(ref T value);

    [Fact]
    public void Check_SoundMap_FindsNothing()
    {
        using ShardMap<ulong, ulong> map = Filled();
        Findings findings = Check(SnapshotMemory.Of(map, out ulong address), address);

        Assert.Empty(findings.Examples);
    }

    [Fact]
    public void Check_EveryStepOfGrowthAndRemoval_FindsNothing()
    {
        using ShardMap<int, long> map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        for (int key = 0; key < 700; key++)
        {
            map[key] = key;
            if (key % 3 == 0)
            {
                map.TryRemove(key / 2, out _);
            }

            if (key % 7 == 0)
            {
                Findings findings = Check(SnapshotMemory.Of(map, out ulong address), address);
                Assert.Empty(findings.Examples);
            }
        }
    }

    [Fact]
    public void Check_FrozenTableAndWritesToIt_FindsNoError()
    {
        using ShardMap<int, long> map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        for (int key = 0; key < 1_000; key++)
        {
            map[key] = key;
        }

        using ShardMapSnapshot<int, long> snapshot = map.Snapshot(copyNow: false);
        for (int key = 999; key >= 980; key--)
        {
            map[key] = 0;
            map.TryRemove(key - 500, out _);
        }

        Findings findings = Check(SnapshotMemory.Of(map, out ulong address), address);
        Assert.Equal(0, findings.Errors);
        Assert.Contains(findings.Examples, finding => finding.Rule == "moved ahead");
    }

    /// <summary>
    /// Until the first group is moved the shard's number of saturated groups is that of the previous table.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Check_FrozenSaturatedTable_FindsNothingWrong(bool written)
    {
        using ShardMap<ulong, ulong, EqualHasher> map = new(
            new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (ulong key = 0; key < 700; key++)
        {
            map[key] = key;
        }

        map.TrimExcess();
        Assert.InRange(map.GetStatistics().SaturatedGroups, 1, 700);
        using ShardMapSnapshot<ulong, ulong, EqualHasher> snapshot = map.Snapshot(copyNow: false);
        if (written)
        {
            map[1] = 2;
        }

        Findings findings = Check(SnapshotMemory.Of(map, out ulong address), address);
        Assert.Equal(0, findings.Errors);
        Assert.DoesNotContain(findings.Examples, finding => finding.Rule == "saturated");
    }

    [Fact]
    public void Check_FractionalTable_FindsNothing()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1, Capacity = 50_000 });
        for (ulong key = 0; key < 50_000; key++)
        {
            map[key] = key;
        }

        Assert.True(map.Shards.Header->Views[0].Current.IsFractional);
        Assert.Empty(Check(SnapshotMemory.Of(map, out ulong address), address).Examples);
    }

    [Fact]
    public void Check_EmptyAndDisposedMaps_FindNothing()
    {
        ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 4 });
        Assert.Empty(Check(SnapshotMemory.Of(map, out ulong address), address).Examples);
        map[1] = 1;
        map.Dispose();
        Assert.Empty(Check(SnapshotMemory.Of(map, out address), address).Examples);
    }

    [Fact]
    public void Check_UnknownHasher_SaysWhatItLeavesOut()
    {
        using ShardMap<ulong, ulong, OwnHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (ulong key = 0; key < 100; key++)
        {
            map[key] = key;
        }

        Findings findings = Check(SnapshotMemory.Of(map, out ulong address), address);
        Assert.Equal(0, findings.Errors);
        Assert.Equal("hashes unknown", Assert.Single(findings.Examples).Rule);
    }

    [Theory]
    [InlineData("count")]
    [InlineData("maximum")]
    [InlineData("saturated")]
    [InlineData("lock")]
    [InlineData("statistics")]
    [InlineData("write side")]
    [InlineData("generation")]
    [InlineData("settled")]
    [InlineData("sentinel")]
    [InlineData("table")]
    [InlineData("tag")]
    [InlineData("control")]
    [InlineData("version")]
    [InlineData("moved")]
    [InlineData("overflow")]
    [InlineData("filter")]
    [InlineData("unreachable")]
    [InlineData("duplicate")]
    [InlineData("unreadable")]
    [InlineData("shape")]
    public void Check_OneDamage_IsFoundUnderItsRule(string rule)
    {
        using ShardMap<ulong, ulong> map = Filled();
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        Damage(memory, address, rule);

        Findings findings = Check(memory, address);
        Assert.Contains(findings.Rules, found => found.Rule == rule && found.Kind == FindingKind.Error);
    }

    [Fact]
    public void Check_CursorThatDisagreesWithMovedGroups_IsFound()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        int key = 0;
        while (map.GetStatistics().MigrationProgress is 1 or < 0.4)
        {
            map[key++] = key;
        }

        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        Assert.Empty(Check(memory, address).Examples);
        ChangeSide(memory, address, (ref WriteSide side) => side.MigrationCursor++);
        Assert.Contains(
            Check(memory, address).Examples, finding => finding is { Rule: "moved", Kind: FindingKind.Error });
        ChangeSide(memory, address, (ref WriteSide side) => side.MigrationCursor -= 2);
        Assert.Contains(
            Check(memory, address).Examples, finding => finding is { Rule: "moved ahead", Kind: FindingKind.Note });
    }

    [Fact]
    public void Check_DamageWhileTheLockIsHeld_IsANote()
    {
        using ShardMap<ulong, ulong> map = Filled();
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        Damage(memory, address, "count");
        ChangeSide(memory, address, (ref WriteSide side) => side.Lock = 8 << 1);

        Findings findings = Check(memory, address);
        Assert.Equal(0, findings.Errors);
        Assert.Contains(findings.Examples, finding => finding.Rule == "count (write in progress)");
        Assert.Contains(findings.Examples, finding => finding.Rule == "lock held");
    }

    [Fact]
    public void Check_RandomBitsFlipped_NeverThrows()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        using ShardMap<ulong, ulong> map = Filled();
        int found = RandomDamage.Check(map, random, rounds: 300);

        Assert.True(found > 200, $"only {found} of 300 damages were found");
    }

    private static ShardMap<ulong, ulong> Filled()
    {
        ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 2, Capacity = 3 * Entries / 2 });
        for (ulong key = 0; key < Entries; key++)
        {
            map[key] = key * 2;
        }

        return map;
    }

    private static Findings Check(SnapshotMemory memory, ulong address)
    {
        NativeMap? map = NativeMap.TryRead(memory, address, out string? problem);
        Assert.True(map is not null, problem);
        return MapChecker.Check(map);
    }

    private static void Damage(SnapshotMemory memory, ulong address, string rule)
    {
        MapHeader header = memory.Get<MapHeader>(address);
        ulong view = (ulong)header.Views;
        TableRef table = TableRef.FromWord(memory.Get<ulong>(view + 8));
        ulong group = FirstGroup(
            memory, table, header.StrideBytes, control => ControlWord.ControlByte(control, 0) != 0);
        ulong control = memory.Get<ulong>(group);
        switch (rule)
        {
            case "count":
                ChangeSide(memory, address, (ref WriteSide side) => side.Count++);
                break;
            case "maximum":
                ChangeSide(memory, address, (ref WriteSide side) => side.MaxEntries++);
                break;
            case "saturated":
                ChangeSide(memory, address, (ref WriteSide side) => side.SaturatedGroups = 3);
                break;
            case "lock":
                ChangeSide(memory, address, (ref WriteSide side) => side.Lock = 1);
                break;
            case "statistics":
                ChangeSide(memory, address, (ref WriteSide side) => side.MigrationsFinished = 1_000_000);
                break;
            case "write side":
                ChangeSide(memory, address, (ref WriteSide side) => side.ShardIndex++);
                break;
            case "generation":
                memory.Set(view, memory.Get<ulong>(view) | 2);
                break;
            case "settled":
                memory.Set(view + 24, TableRef.Unsettled.Word);
                break;
            case "sentinel":
                memory.Set((ulong)header.Sentinel, 0x81UL);
                break;
            case "table":
                memory.Set(view + 8, ulong.MaxValue);
                break;
            case "tag":
                memory.Set(group, (byte)((byte)control ^ 1));
                break;
            case "control":
                memory.Set(group, (byte)((byte)control & 0x7F | 1));
                break;
            case "version":
                memory.Set(group + 8, memory.Get<ulong>(group + 8) | 1);
                break;
            case "moved":
                memory.Set(group + 8, memory.Get<ulong>(group + 8) | 2);
                break;
            case "overflow":
                memory.Set(group + 7, (byte)(memory.Get<byte>(group + 7) + 1));
                break;
            case "filter":
                ulong unpassed = FirstGroup(
                    memory, table, header.StrideBytes, static word => !ControlWord.HasOverflow(word));
                memory.Set(unpassed + 8, memory.Get<ulong>(unpassed + 8) | 8);
                break;
            case "unreachable":
                ulong passed = FirstGroup(memory, table, header.StrideBytes, ControlWord.HasOverflow);
                memory.Set(passed + 8, new VersionWord(memory.Get<ulong>(passed + 8)).WithoutFilter().Word);
                break;
            case "duplicate":
                // The second slot becomes a copy of the first.
                ulong full = FirstGroup(
                    memory, table, header.StrideBytes, word => ControlWord.ControlByte(word, 1) != 0);
                memory.Set(full + 1, memory.Get<byte>(full));
                memory.Set(full + 16 + header.SlotBytes, memory.Get<ulong>(full + 16));
                break;
            case "unreadable":
                memory.Remove((ulong)table.Base);
                break;
            default:
                // The shape: everything after it is computed from these.
                memory.Set(address + 64 + 20, header.SlotsPerGroup - 1);
                break;
        }
    }

    private static void ChangeSide(SnapshotMemory memory, ulong address, Change<WriteSide> change)
    {
        ulong sides = (ulong)memory.Get<MapHeader>(address).WriteSides;
        WriteSide side = memory.Get<WriteSide>(sides);
        change(ref side);
        memory.Set(sides, side);
    }

    private static ulong FirstGroup(SnapshotMemory memory, TableRef table, uint stride, Func<ulong, bool> condition)
    {
        for (ulong index = 0; ; index++)
        {
            ulong group = (ulong)table.Base + (index * stride);
            if (condition(memory.Get<ulong>(group)))
            {
                return group;
            }
        }
    }

    private readonly struct EqualHasher : IKeyHasher<ulong>
    {
        public ulong Hash(ulong key, HashSeed seed) => 42;
    }

    private readonly struct OwnHasher : IKeyHasher<ulong>
    {
        public ulong Hash(ulong key, HashSeed seed) => HashMixer.Mix(key, seed);
    }
}
