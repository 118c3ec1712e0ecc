using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Tables;

namespace FastShardMap.Snapshots;

/// <summary>Reads a frozen table: slots and control words as they were, versions ignored, because a migration marks
/// groups as moved there (see ShardSet.Freeze.cs).</summary>
internal static unsafe class FrozenTable<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>Looks at the first slot with the key's tag in its home group, which settles most lookups of present keys.</summary>
    /// <returns>Whether the key is there, and the snapshot was not disposed; if not, nothing is known.</returns>
    // Safety: as TryFind.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // backends: reads of a snapshot
    public static bool TryFindHome(SnapshotState state, TableRef table, ulong hash, TKey key, out TValue value)
    {
        if (!table.IsNone)
        {
            Group* group = Table<TKey, TValue>.HomeGroup(table, hash);
            ulong match = Table<TKey, TValue>.MatchUnlocked(group->Control, HashBits.Tag(hash));
            if (match != 0)
            {
                int slot = ControlGroups.LowestSlot(match);
                TKey candidate = *Table<TKey, TValue>.KeyAt(group, slot);
                value = *Table<TKey, TValue>.ValueAt(group, slot);
                return !state.IsDisposed && key.Equals(candidate);
            }
        }

        Unsafe.SkipInit(out value);
        return false;
    }

    /// <summary>Finds a key. Runs the key's Equals only on keys read while the snapshot was not disposed.</summary>
    /// <returns>Whether the key is there; the caller still asks for <see cref="SnapshotState.IsDisposed"/>.</returns>
    // Safety: the block stays mapped while the map is reachable; its memory may be given back meanwhile, which the
    // state tells.
    public static bool TryFind(SnapshotState state, TableRef table, ulong hash, TKey key, out TValue value)
    {
        if (!table.IsNone)
        {
            uint tag = HashBits.Tag(hash);
            ulong index = table.Home(hash);
            ulong groups = table.Groups;
            for (ulong step = 0; step < groups; step++)
            {
                Group* group = Table<TKey, TValue>.GroupAt(table, index);
                ulong control = group->Control;
                for (ulong match = Table<TKey, TValue>.MatchUnlocked(control, tag); match != 0; match = ControlGroups.ClearLowest(match))
                {
                    int slot = ControlGroups.LowestSlot(match);
                    TKey candidate = *Table<TKey, TValue>.KeyAt(group, slot);
                    TValue copy = *Table<TKey, TValue>.ValueAt(group, slot);
                    if (state.IsDisposed)
                    {
                        value = default;
                        return false;
                    }

                    if (key.Equals(candidate))
                    {
                        value = copy;
                        return true;
                    }
                }

                if (!ControlWord.HasOverflow(control))
                {
                    break;
                }

                index = index + 1 == groups ? 0 : index + 1;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Copies the entries of a group out.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">The group.</param>
    /// <param name="entries">Receives them; at least as many as a group has slots.</param>
    /// <returns>How many.</returns>
    // Safety: index < table.Groups.
    public static int CopyGroup(TableRef table, ulong index, Span<KeyValuePair<TKey, TValue>> entries)
    {
        int copied = 0;
        Group* group = Table<TKey, TValue>.GroupAt(table, index);
        ulong control = group->Control;
        for (int slot = 0; slot < Table<TKey, TValue>.Slots; slot++)
        {
            if (ControlWord.ControlByte(control, slot) != 0)
            {
                entries[copied++] = new KeyValuePair<TKey, TValue>(
                    *Table<TKey, TValue>.KeyAt(group, slot), *Table<TKey, TValue>.ValueAt(group, slot));
            }
        }

        return copied;
    }
}
