using FastShardMap.Inspector.Checking;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Checking;

/// <summary>Every rule of the check of record memory, on sound maps and on one that was damaged in just that
/// way.</summary>
public sealed unsafe partial class RecordCheckerTests
{
    private const int Entries = 2_000;
    private const string KeyPrefix = "a key whose bytes are in a record: ";

    private delegate void Change(ref RecordHeap heap);

    [Fact]
    public void Check_EveryStepOfGrowthRemovalSnapshotsAndCompaction_FindsNothing()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        Random random = new(7);
        Queue<TextSnapshot<long>> snapshots = new();
        for (int step = 0; step < 4_000; step++)
        {
            map[TextOf(random.Next(600), random)] = step;
            map.TryRemove(TextOf(random.Next(600), random), out _);
            if (step % 500 == 250)
            {
                snapshots.Enqueue(map.Snapshot(copyNow: false));
            }

            if (step % 700 == 699)
            {
                snapshots.Dequeue().Dispose();
            }

            if (step % 1_500 == 1_499)
            {
                map.Clear();
            }

            if (step % 53 == 0)
            {
                AssertSound(map);
            }
        }

        while (snapshots.TryDequeue(out TextSnapshot<long>? snapshot))
        {
            snapshot.Dispose();
            AssertSound(map);
        }

        map.TrimExcess();
        AssertSound(map);
    }

    [Fact]
    public void Check_ShardInCompaction_FindsNothing()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int key = 0; key < 20_000; key++)
        {
            map[$"{KeyPrefix}{key}"] = key;
        }

        int removed = 0;
        while (map.Inner.Shards.Header->RecordHeaps->IsCompacting == 0)
        {
            Assert.True(map.TryRemove($"{KeyPrefix}{removed++}", out _));
        }

        for (int step = 0; step < 20; step++)
        {
            map.TryRemove($"{KeyPrefix}{removed++}", out _);
            AssertSound(map);
        }
    }

    [Fact]
    public void Check_DisposedMap_FindsNothing()
    {
        TextShardMap<long> map = Filled();
        map.Dispose();
        AssertSound(map);
    }

    [Fact]
    public void Check_MapOfBytes_FindsNothing()
    {
        using BytesShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        foreach (int length in (int[])[0, 1, 15, 16, 17, 32, 33, 64, 65, 255, 4_000, 32_766])
        {
            map[new byte[length]] = length;
        }

        Assert.Empty(Check(SnapshotMemory.Of(map.Inner, out ulong address), address).Examples);
    }

    [Theory]
    [InlineData("record key", "record key")]
    [InlineData("record hash", "record hash")]
    [InlineData("record twice", "record twice")]
    [InlineData("record overlap", "record overlap")]
    [InlineData("record place", "record place")]
    [InlineData("unreadable", "unreadable")]
    [InlineData("live bytes", "live bytes")]
    [InlineData("free list", "free list")]
    [InlineData("free list cycle", "free list")]
    [InlineData("free bytes", "free bytes")]
    [InlineData("limbo", "limbo")]
    [InlineData("limbo cycle", "limbo")]
    [InlineData("limbo record", "limbo")]
    [InlineData("limbo end", "limbo")]
    [InlineData("limbo bytes", "limbo bytes")]
    [InlineData("epochs", "epochs")]
    [InlineData("epochs cycle", "epochs")]
    [InlineData("segments", "segments")]
    [InlineData("segments cycle", "segments")]
    [InlineData("segments head", "segments")]
    [InlineData("segments count", "segments")]
    [InlineData("segments unused", "segments")]
    [InlineData("compaction", "compaction")]
    public void Check_OneDamage_IsFoundUnderItsRule(string damage, string rule)
    {
        using TextShardMap<long> map = Filled();
        using TextSnapshot<long> snapshot = map.Snapshot();
        for (int key = 0; key < 100; key++)
        {
            map.TryRemove($"{KeyPrefix}{key * 7}", out _);
        }

        SnapshotMemory memory = SnapshotMemory.Of(map.Inner, out ulong address);
        Assert.Equal(0, Check(memory, address).Errors);
        Damage(memory, address, damage);

        Findings findings = Check(memory, address);
        Assert.Contains(findings.Rules, found => found.Rule == rule && found.Kind == FindingKind.Error);
    }

    [Fact]
    public void Check_ValuesOfAnyLength_AreSoundAtEveryStep()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        Random random = new(11);
        int[] lengths = [0, 1, 8, 17, 300, 5_000, 32_766, 32_767, 60_000];
        BlobSnapshot? snapshot = null;
        for (int step = 0; step < 1_500; step++)
        {
            string key = TextOf(random.Next(150), random);
            map.Set(key, new byte[lengths[random.Next(step % 40 == 0 ? lengths.Length : 6)]]);
            map.TryRemove(TextOf(random.Next(150), random));
            if (step % 400 == 100)
            {
                snapshot?.Dispose();
                snapshot = map.Snapshot();
            }

            if (step % 40 == 0)
            {
                Findings findings = Check(SnapshotMemory.Of(map.Inner, out ulong address), address);
                Assert.True(findings.Errors == 0, string.Join('\n', findings.Examples));
            }
        }

        snapshot?.Dispose();
    }

    [Theory]
    [InlineData("value place")]
    [InlineData("value version")]
    [InlineData("large records")]
    [InlineData("live bytes")]
    public void Check_OneDamageOfValues_IsFoundUnderItsRule(string rule)
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        map.Set("short", new byte[50]);
        map.Set(KeyPrefix, new byte[50_000]);
        SnapshotMemory memory = SnapshotMemory.Of(map.Inner, out ulong address);
        Assert.Equal(0, Check(memory, address).Errors);
        MapHeader header = memory.Get<MapHeader>(address);
        ulong large = (ulong)memory.Get<RecordHeap>((ulong)header.RecordHeaps).LargeRecords;
        switch (rule)
        {
            case "value place":
                ulong value = FirstValue(memory, address);
                memory.Set(value, memory.Get<ulong>(value) + 8);
                break;
            case "value version":
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.ValueVersion = 1);
                break;
            case "large records":
                memory.Set(large + 8, memory.Get<long>(large + 8) - 8);
                break;
            default:
                ChangeHeap(memory, address, static (ref RecordHeap heap) => heap.LiveBytes = 0);
                break;
        }

        Assert.Contains(
            Check(memory, address).Rules, found => found.Rule == rule && found.Kind == FindingKind.Error);
    }

    [Fact]
    public void Check_EqualKeysInTwoRecords_AreFound()
    {
        using TextShardMap<long> map = Filled();
        SnapshotMemory memory = SnapshotMemory.Of(map.Inner, out ulong address);
        ulong group = GroupWithTwoEntries(memory, address);
        ulong slotBytes = memory.Get<MapHeader>(address).SlotBytes;
        ulong first = group + GroupShape.HeaderBytes;
        RecordKey original = memory.Get<RecordKey>(first);
        RecordKey other = memory.Get<RecordKey>(first + slotBytes);
        memory.Set(group + 1, memory.Get<byte>(group));
        memory.Set(first + slotBytes, RecordKey.CreateLong(original.LongHash, original.LongLength, other.Address));
        for (ulong i = 0; i < (ulong)original.LongLength; i++)
        {
            memory.Set((ulong)other.Address + i, memory.Get<byte>((ulong)original.Address + i));
        }

        Findings findings = Check(memory, address);
        Assert.Contains(
            findings.Examples,
            static finding => finding.Rule == "duplicate"
                && finding.Text.Contains(KeyPrefix, StringComparison.Ordinal));
        Assert.DoesNotContain(findings.Rules, static found => found.Rule == "record hash");
    }

    [Fact]
    public void Check_DamageWhileTheLockIsHeld_IsANote()
    {
        using TextShardMap<long> map = Filled();
        SnapshotMemory memory = SnapshotMemory.Of(map.Inner, out ulong address);
        Damage(memory, address, "live bytes");
        ulong sides = (ulong)memory.Get<MapHeader>(address).WriteSides;
        WriteSide side = memory.Get<WriteSide>(sides);
        side.Lock = 8 << 1;
        memory.Set(sides, side);

        Findings findings = Check(memory, address);
        Assert.Equal(0, findings.Errors);
        Assert.Contains(findings.Examples, static finding => finding.Rule == "live bytes (write in progress)");
    }

    [Fact]
    public void Check_RandomBitsFlipped_NeverThrowsAndEnds()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TextShardMap<long> map = Filled();
        using TextSnapshot<long> snapshot = map.Snapshot();
        for (int key = 0; key < 300; key++)
        {
            map.TryRemove($"{KeyPrefix}{key * 3}", out _);
        }

        int found = RandomDamage.Check(map.Inner, random, rounds: 150);

        Assert.True(found > 120, $"only {found} of 150 damages were found");
    }

    private static string TextOf(int number, Random random) =>
        number % 4 == 0 ? $"k{number}" : $"{KeyPrefix}{number}{new string('x', number % 60 * (1 + random.Next(2)))}";

    private static TextShardMap<long> Filled()
    {
        TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1, Capacity = 3 * Entries / 2 });
        for (int key = 0; key < Entries; key++)
        {
            map[$"{KeyPrefix}{key}"] = key;
        }

        // Free records of two lengths.
        for (int key = 0; key < 10; key++)
        {
            map.TryRemove($"{KeyPrefix}{Entries - 1 - key}", out _);
        }

        return map;
    }

    private static void AssertSound(TextShardMap<long> map)
    {
        Findings findings = Check(SnapshotMemory.Of(map.Inner, out ulong address), address);
        Assert.True(findings.Errors == 0, string.Join('\n', findings.Examples));
    }

    private static Findings Check(SnapshotMemory memory, ulong address)
    {
        NativeMap? map = NativeMap.TryRead(memory, address, out string? problem);
        Assert.True(map is not null, problem);
        return MapChecker.Check(map);
    }
}
