using FastShardMap.Inspector.Checking;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Checking;

/// <summary>Damaged words that promise more than there is.</summary>
public sealed unsafe partial class MapCheckerTests
{
    [Fact]
    public void Check_TableThatIsNotThere_AllocatesNothingForIt()
    {
        const int Log2 = 30;
        using ShardMap<ulong, ulong> map = Filled();
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        ulong view = (ulong)memory.Get<MapHeader>(address).Views;
        memory.Set(view + 8, TableRef.Create((byte*)(1UL << 46), TableSize.PowerOfTwo(Log2)).Word);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Findings findings = Check(memory, address);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << (Log2 - 2));
        Assert.Contains(findings.Examples, finding => finding is { Rule: "unreadable", Kind: FindingKind.Error });
    }

    [Fact]
    public void Check_MigrationWhosePathsNeverEnd_IsCutAndSaysSo()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (ulong key = 0; map.Count < 20_000 || map.GetStatistics().MigrationProgress is 1 or > 0.1; key++)
        {
            map[key] = key;
        }

        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        Assert.DoesNotContain(Check(memory, address).Rules, found => found.Rule == "paths");
        MapHeader header = memory.Get<MapHeader>(address);
        TableRef table = TableRef.FromWord(memory.Get<ulong>((ulong)header.Views + 8));
        for (ulong index = 0; index < table.Groups; index++)
        {
            // Every group says that entries have passed it.
            memory.Set((ulong)table.Base + (index * header.StrideBytes) + 7, (byte)0x7E);
        }

        Findings findings = Check(memory, address);
        Assert.Contains(findings.Rules, found => found is { Rule: "paths", Kind: FindingKind.Note, Count: 1 });
    }
}
