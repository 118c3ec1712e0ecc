using FastShardMap.Layout;
using FastShardMap.Tables;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Tables;

/// <summary>The checker finds each kind of damage.</summary>
public sealed unsafe class TableInvariantsTests
{
    private static readonly int s_entries = (Table<ulong, ulong>.Slots * 2) + 1;

    [Fact]
    public void FindViolations_SoundTable_FindsNothing() => Assert.Empty(Filled().FindViolations(HashOf));

    [Fact]
    public void FindViolations_CountTooLow_SaysInvariant1()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(0)->Control = ControlWord.DecrementOverflow(table.GroupAt(0)->Control);
        AssertFinds(table, "invariant 1");
    }

    [Fact]
    public void FindViolations_CountTooHigh_SaysInvariant1()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(5)->Control = ControlWord.IncrementOverflow(table.GroupAt(5)->Control);
        AssertFinds(table, "invariant 1");
    }

    [Fact]
    public void FindViolations_CountOfZeroOnTheWalk_SaysInvariant2()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(1)->Control &= 0x00FF_FFFF_FFFF_FFFF;
        AssertFinds(table, "invariant 2");
    }

    [Fact]
    public void FindViolations_FilterWithoutAnEntryThatPassed_SaysInvariant2()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(1)->Version = new VersionWord(table.GroupAt(1)->Version).WithoutFilter().PassedBy(~0UL).Word;
        AssertFinds(table, "lacks an entry");
    }

    [Fact]
    public void FindViolations_FilterWithoutACount_SaysInvariant2()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(5)->Version = default(VersionWord).PassedBy(0).Word;
        AssertFinds(table, "no entry passed it");
    }

    [Fact]
    public void FindViolations_KeyTwice_SaysInvariant3()
    {
        NativeTable<ulong, ulong> table = Filled();
        *Table<ulong, ulong>.KeyAt(table.GroupAt(0), 1) = *Table<ulong, ulong>.KeyAt(table.GroupAt(0), 0);
        AssertFinds(table, "invariant 3");
    }

    [Fact]
    public void FindViolations_WrongTag_SaysInvariant4()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(0)->Control ^= 0x01;
        AssertFinds(table, "invariant 4");
    }

    [Fact]
    public void FindViolations_ControlByteWithoutOccupiedBit_IsFound()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(0)->Control &= ~0x80UL;
        AssertFinds(table, "where none may be");
    }

    [Fact]
    public void FindViolations_OddVersion_IsFound()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(3)->Version = default(VersionWord).BeginWrite().Word;
        AssertFinds(table, "busy");
    }

    [Fact]
    public void FindViolations_MovedGroups_AreLeftOutOfTheCount()
    {
        NativeTable<ulong, ulong> table = Filled();
        table.GroupAt(0)->Version = new VersionWord(table.GroupAt(0)->Version).AfterMove().Word;

        Assert.Empty(Table<ulong, ulong>.FindViolations(table.Ref, HashOf, out long live));
        Assert.Equal(s_entries - Table<ulong, ulong>.Slots, live);
        GC.KeepAlive(table);
    }

    private static ulong HashOf(ulong key) => 0x0040_0000;

    private static NativeTable<ulong, ulong> Filled()
    {
        NativeTable<ulong, ulong> table = new(TableSize.PowerOfTwo(3));
        for (int i = 0; i < s_entries; i++)
        {
            Assert.True(table.TryInsert((ulong)i, HashOf((ulong)i), 0));
        }

        return table;
    }

    private static void AssertFinds(NativeTable<ulong, ulong> table, string part) =>
        Assert.Contains(table.FindViolations(HashOf), violation => violation.Contains(part, StringComparison.Ordinal));
}
