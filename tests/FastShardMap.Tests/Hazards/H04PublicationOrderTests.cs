using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tables;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H4: a tag or a pointer visible before the data behind it.</summary>
public sealed unsafe class H04PublicationOrderTests
{
    private const ulong NewKey = 0xABCD;

    [ThreadStatic]
    private static List<string>? t_steps;

    [Fact]
    public void Insert_Steps_AreOddDataTagEven()
    {
        NativeTable<ulong, ulong> table = Filled(1);
        Group* group = table.GroupAt(0);
        t_steps = [];
        Table<ulong, ulong>.Insert<RecordingGroups>(table.Ref, 0, NewKey, 7);

        Assert.Equal(
            [
                "begin: group 0, key 0, 1 slots",
                $"control: group 0, key {NewKey}, 2 slots",
                $"end: group 0, key {NewKey}, 2 slots",
            ],
            t_steps);
        Assert.Equal(2, Occupied(group));
        GC.KeepAlive(table);
    }

    [Fact]
    public void Insert_PastAFullGroup_RaisesTheCountAndSetsTheFilterBeforeAnythingElse()
    {
        NativeTable<ulong, ulong> table = Filled(Table<ulong, ulong>.Slots);
        t_steps = [];
        Table<ulong, ulong>.Insert<RecordingGroups>(table.Ref, 0, NewKey, 7);

        Assert.StartsWith("control: group 0", t_steps[0], StringComparison.Ordinal);
        Assert.StartsWith("filter: group 0", t_steps[1], StringComparison.Ordinal);
        Assert.StartsWith("begin: group 1", t_steps[2], StringComparison.Ordinal);
        Assert.Equal(1, ControlWord.OverflowCount(table.GroupAt(0)->Control));
        Assert.True(new VersionWord(table.GroupAt(0)->Version).MayBePassedBy(0));
        GC.KeepAlive(table);
    }

    [Fact]
    public void Remove_PastAFullGroup_LowersTheCountAndClearsTheFilterAfterEverythingElse()
    {
        NativeTable<ulong, ulong> table = Filled(Table<ulong, ulong>.Slots + 1);
        t_steps = [];
        Assert.True(Table<ulong, ulong>.TryFind(table.Ref, 0, (ulong)Table<ulong, ulong>.Slots + 1, out SlotRef slot));
        Table<ulong, ulong>.Remove<RecordingGroups>(table.Ref, 0, slot);

        Assert.Equal(5, t_steps.Count);
        Assert.StartsWith("begin: group 1", t_steps[0], StringComparison.Ordinal);
        Assert.StartsWith("control: group 1", t_steps[1], StringComparison.Ordinal);
        Assert.StartsWith("end: group 1", t_steps[2], StringComparison.Ordinal);
        Assert.StartsWith("control: group 0", t_steps[3], StringComparison.Ordinal);
        Assert.StartsWith("no filter: group 0", t_steps[4], StringComparison.Ordinal);
        GC.KeepAlive(table);
    }

    [Fact]
    public void BeginWrite_OfAGroup_IsAStoreAndThenABarrier() =>
        Assert.Equal("store Volatile.WriteBarrier", Stores(typeof(GroupVersion), nameof(GroupVersion.BeginWrite)));

    [Fact]
    public void EndWrite_OfAGroup_IsARelease()
    {
        Assert.Equal("Volatile.Write", Stores(typeof(GroupVersion), nameof(GroupVersion.EndWrite)));
        Assert.Equal("Volatile.Write", Stores(typeof(GroupVersion), nameof(GroupVersion.SetControl)));
        Assert.Equal("Volatile.Write", Stores(typeof(GroupVersion), nameof(GroupVersion.MarkMoved)));
        Assert.Equal("Volatile.Write", Stores(typeof(GroupVersion), nameof(GroupVersion.AddToFilter)));
        Assert.Equal("Volatile.Write", Stores(typeof(GroupVersion), nameof(GroupVersion.ClearFilter)));
    }

    [Fact]
    public void Change_OfAView_IsBarrieredAndReleased()
    {
        Assert.EndsWith(
            "Volatile.Write Volatile.WriteBarrier",
            Stores(typeof(ViewGeneration), nameof(ViewGeneration.BeginChange)), StringComparison.Ordinal);
        Assert.EndsWith(
            "Volatile.Write Volatile.Write",
            Stores(typeof(ViewGeneration), nameof(ViewGeneration.EndChange)), StringComparison.Ordinal);
    }

    [Fact]
    public void Unlock_OfAShard_IsAnExchange() =>
        Assert.Equal("Interlocked.Exchange", Stores(typeof(ShardLock), nameof(ShardLock.Exit)));

    private static string Stores(Type type, string method) =>
        string.Join(' ', CalledMethods.Of(type, method).Where(static call =>
            call is "store" or "Volatile.Write" or "Volatile.WriteBarrier" or "Interlocked.Exchange"));

    private static NativeTable<ulong, ulong> Filled(int entries)
    {
        NativeTable<ulong, ulong> table = new(TableSize.PowerOfTwo(2));
        for (int i = 1; i <= entries; i++)
        {
            Assert.True(table.TryInsert((ulong)i, 0, 0));
        }

        return table;
    }

    private static int Occupied(Group* group) =>
        Enumerable.Range(0, ControlWord.MaxSlots).Count(slot => ControlWord.ControlByte(group->Control, slot) != 0);

    /// <summary>Notes what a reader would see at each step.</summary>
    private readonly struct RecordingGroups : IGroupSync
    {
        public static void BeginWrite(Group* group) => Note("begin", group);

        public static void EndWrite(Group* group) => Note("end", group);

        public static void SetControl(Group* group, ulong control)
        {
            group->Control = control;
            Note("control", group);
        }

        public static void AddToFilter(Group* group, ulong hash)
        {
            UnsharedGroups.AddToFilter(group, hash);
            Note("filter", group);
        }

        public static void ClearFilter(Group* group)
        {
            UnsharedGroups.ClearFilter(group);
            Note("no filter", group);
        }

        // The blocks of these tests start on a page, and groups are 64 or 128 bytes apart.
        private static void Note(string step, Group* group)
        {
            ulong index = (ulong)group % 4096 / (uint)Table<ulong, ulong>.Stride % 4;
            t_steps!.Add($"{step}: group {index}, key {*Table<ulong, ulong>.KeyAt(group, 1)}, {Occupied(group)} slots");
        }
    }
}
