using System.Diagnostics;
using System.Runtime.CompilerServices;
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

        Place<TSync>(group, control, free, hash, key, value);
        return saturated;
    }

    /// <summary>Writes an entry into a free slot of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="control">Its control word.</param>
    /// <param name="free">Its free slots, of which there is at least one.</param>
    /// <param name="hash">The hash of the key, whose walk must not have passed the group.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    public static void Place<TSync>(
        Group* group, ulong control, ulong free, ulong hash, in TKey key, in TValue value)
        where TSync : struct, IGroupSync
    {
        int slot = ControlGroups.LowestSlot(free);
        TSync.BeginWrite(group);
        *KeyAt(group, slot) = key;
        *ValueAt(group, slot) = value;
        TSync.SetControl(group, ControlWord.WithTag(control, slot, (byte)HashBits.Tag(hash)));
        TSync.EndWrite(group);
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
