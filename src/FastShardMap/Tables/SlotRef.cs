using FastShardMap.Layout;

namespace FastShardMap.Tables;

/// <summary>A reference to a slot of a table.</summary>
internal readonly unsafe struct SlotRef(Group* group, int slot)
{
    public readonly Group* Group = group;
    public readonly int Slot = slot;
}
