using System.Diagnostics;
using FastShardMap.Layout;
using FastShardMap.Probing;

namespace FastShardMap.Tables;

internal static unsafe partial class Table<TKey, TValue>
{
    /// <summary>Inserts an entry whose key is absent into a table that has a free slot.</summary>
    /// <returns>The number of groups whose overflow counts became saturated.</returns>
    // Safety: the table has a free slot, so the search ends inside the block.
    public static int Insert<TSync>(TableRef table, ulong hash, in TKey key, in TValue value)
        where TSync : struct, IGroupSync
    {
        int saturated = 0;
        ProbeSequence probe = new(table, hash, Stride);
        Group* group;
        ulong control;
        ulong free;
        while (true)
        {
            group = probe.Group;
            control = group->Control;
            free = ControlGroups.MatchEmpty(control, Slots);
            if (free != 0)
            {
                break;
            }

            ulong raised = ControlWord.IncrementOverflow(control);
            if (raised != control)
            {
                TSync.SetControl(group, raised);
                saturated += ControlWord.IsSaturated(raised) ? 1 : 0;
            }

            TSync.AddToFilter(group, hash);
            probe.Advance();
            Debug.Assert(!probe.IsOver, "No free slot in the table.");
        }

        int slot = ControlGroups.LowestSlot(free);
        TSync.BeginWrite(group);
        *KeyAt(group, slot) = key;
        *ValueAt(group, slot) = value;
        TSync.SetControl(group, ControlWord.WithTag(control, slot, (byte)HashBits.Tag(hash)));
        TSync.EndWrite(group);
        return saturated;
    }

    /// <summary>Overwrites the value of an entry.</summary>
    public static void Update<TSync>(SlotRef slot, in TValue value)
        where TSync : struct, IGroupSync
    {
        TSync.BeginWrite(slot.Group);
        *ValueAt(slot.Group, slot.Slot) = value;
        TSync.EndWrite(slot.Group);
    }

    /// <summary>Overwrites an entry by another one with an equal key.</summary>
    public static void Replace<TSync>(SlotRef slot, in TKey key, in TValue value)
        where TSync : struct, IGroupSync
    {
        TSync.BeginWrite(slot.Group);
        *KeyAt(slot.Group, slot.Slot) = key;
        *ValueAt(slot.Group, slot.Slot) = value;
        TSync.EndWrite(slot.Group);
    }
}
