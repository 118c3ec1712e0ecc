using FastShardMap.Layout;
using FastShardMap.Probing;

namespace FastShardMap.Tables;

internal static unsafe partial class Table<TKey, TValue>
{
    /// <summary>Finds the slot of a key. Calls the key's Equals.</summary>
    // Safety: no other thread changes the table during the call.
    public static bool TryFind(TableRef table, ulong hash, in TKey key, out SlotRef slot)
    {
        uint tag = HashBits.Tag(hash);
        for (ProbeSequence probe = new(table, hash, Stride); !probe.IsOver; probe.Advance())
        {
            Group* group = probe.Group;
            ulong control = group->Control;
            VersionWord version = new(group->Version);
            if (!version.IsMoved)
            {
                for (ulong match = ControlGroups.Match(control, tag);
                    match != 0;
                    match = ControlGroups.ClearLowest(match))
                {
                    int candidate = ControlGroups.LowestSlot(match);
                    if (key.Equals(*KeyAt(group, candidate)))
                    {
                        slot = new SlotRef(group, candidate);
                        return true;
                    }
                }
            }

            // While a thread has the group locked, its id is where the filter was.
            if (version.IsLocked ? !ControlWord.HasOverflow(control) : !version.MayBePassedBy(hash))
            {
                break;
            }
        }

        slot = default;
        return false;
    }
}
