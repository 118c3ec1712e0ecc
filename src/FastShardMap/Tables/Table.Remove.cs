using FastShardMap.Layout;

namespace FastShardMap.Tables;

internal static unsafe partial class Table<TKey, TValue>
{
    /// <summary>Removes an entry found by <see cref="TryFind"/>.</summary>
    public static void Remove<TSync>(TableRef table, ulong hash, SlotRef slot)
        where TSync : struct, IGroupSync
    {
        TSync.BeginWrite(slot.Group);
        TSync.SetControl(slot.Group, ControlWord.WithoutTag(slot.Group->Control, slot.Slot));
        TSync.EndWrite(slot.Group);

        ulong index = table.Home(hash);
        ulong groups = table.Groups;
        byte* block = table.Base;
        for (Group* group = (Group*)(block + (index * (uint)Stride));
            group != slot.Group;
            group = (Group*)(block + (index * (uint)Stride)))
        {
            if ((group->Version & MovedBit) == 0)
            {
                ulong lowered = ControlWord.DecrementOverflow(group->Control);
                if (lowered != group->Control)
                {
                    TSync.SetControl(group, lowered);
                }
            }

            index = index + 1 == groups ? 0 : index + 1;
        }
    }
}
