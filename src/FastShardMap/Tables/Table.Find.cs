using FastShardMap.Layout;
using FastShardMap.Probing;

namespace FastShardMap.Tables;

internal static unsafe partial class Table<TKey, TValue>
{
    /// <summary>Finds the slot of a key. Runs the key's Equals.</summary>
    // Safety: no thread changes the table meanwhile.
    public static bool TryFind(TableRef table, ulong hash, in TKey key, out SlotRef slot)
    {
        uint tag = HashBits.Tag(hash);
        ulong index = table.Home(hash);
        ulong groups = table.Groups;
        byte* block = table.Base;
        for (ulong step = 0; step < groups; step++)
        {
            Group* group = (Group*)(block + (index * (uint)Stride));
            ulong control = group->Control;
            if ((group->Version & MovedBit) == 0)
            {
                for (ulong match = ControlGroups.Match(control, tag); match != 0; match = ControlGroups.ClearLowest(match))
                {
                    int candidate = ControlGroups.LowestSlot(match);
                    if (key.Equals(*KeyAt(group, candidate)))
                    {
                        slot = new SlotRef(group, candidate);
                        return true;
                    }
                }
            }

            if (!ControlWord.HasOverflow(control))
            {
                break;
            }

            index = index + 1 == groups ? 0 : index + 1;
        }

        slot = default;
        return false;
    }
}
