using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Probing;

namespace FastShardMap.Tables;

internal static unsafe partial class Table<TKey, TValue>
{
    /// <summary>Removes an entry found by <see cref="TryFind"/>.</summary>
    public static void Remove<TSync>(TableRef table, ulong hash, SlotRef slot)
        where TSync : struct, IGroupSync
    {
        Erase<TSync>(slot);
        for (ProbeSequence probe = new(table, hash, Stride); probe.Group != slot.Group; probe.Advance())
        {
            Group* group = probe.Group;
            if (!new VersionWord(group->Version).IsMoved)
            {
                ulong lowered = ControlWord.DecrementOverflow(group->Control);
                if (lowered != group->Control)
                {
                    TSync.SetControl(group, lowered);
                    if (!ControlWord.HasOverflow(lowered))
                    {
                        TSync.ClearFilter(group);
                    }
                }
            }
        }
    }

    /// <summary>Frees a slot. What its entry has passed does not change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: churn-ranges-1m-2t
    public static void Erase<TSync>(SlotRef slot)
        where TSync : struct, IGroupSync
    {
        TSync.BeginWrite(slot.Group);
        TSync.SetControl(slot.Group, ControlWord.WithoutTag(slot.Group->Control, slot.Slot));
        TSync.EndWrite(slot.Group);
    }
}
