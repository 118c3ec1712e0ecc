using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    /// <summary>Number of home groups per step of an enumeration: their entries fill a buffer of the pool's smallest
    /// size class.</summary>
    private const ulong GroupsPerStep = 8;

    /// <summary>Upper bound of home groups per step in the finer table, for shards whose two tables differ much in
    /// size.</summary>
    private const ulong FineGroupsPerStep = 64;

    /// <summary>Copies the entries of the next range of hashes, starting at <paramref name="position"/>. The
    /// enumeration proceeds by hash and not by table: the hash of an entry never changes, so an entry that is present
    /// throughout is found exactly once, even if the shard grows, shrinks or is cleared between two calls.</summary>
    /// <returns><see langword="false"/> if that was the last range.</returns>
    public readonly bool CopyRange(ref ulong position, EntryBuffer<TKey, TValue> entries)
    {
        ulong end = EndOfStep(View, position);
        if (!View->Previous.IsNone)
        {
            CopyRange(View->Previous, position, end, entries);
        }

        CopyRange(View->Current, position, end, entries);
        position = end;
        return end != 0;
    }

    /// <summary>Copies all entries.</summary>
    /// <returns>The number of entries copied.</returns>
    public readonly int CopyTo(Span<KeyValuePair<TKey, TValue>> destination)
    {
        int copied = CopyTable(View->Previous, destination);
        return copied + CopyTable(View->Current, destination[copied..]);
    }

    /// <summary>Returns the first hash past the range of the next step, or 0 if that step is the last.</summary>
    private static ulong EndOfStep(ReadView* view, ulong position)
    {
        TableRef coarse = view->Current;
        TableRef fine = view->Previous;
        if (fine.IsNone)
        {
            return coarse.FirstHashOf(coarse.Home(position) + GroupsPerStep);
        }

        if (fine.Groups < coarse.Groups)
        {
            (coarse, fine) = (fine, coarse);
        }

        ulong coarseEnd = coarse.FirstHashOf(coarse.Home(position) + 1);
        ulong fineEnd = fine.FirstHashOf(fine.Home(position) + FineGroupsPerStep);
        return coarseEnd - 1 < fineEnd - 1 ? coarseEnd : fineEnd; // 0 counts as the largest
    }

    /// <summary>Copies the entries whose hash is at least <paramref name="from"/> and below <paramref name="end"/>; an
    /// end of 0 means no upper limit.</summary>
    private readonly void CopyRange(TableRef table, ulong from, ulong end, EntryBuffer<TKey, TValue> entries)
    {
        ulong homesLeft = table.Home(end - 1) - table.Home(from) + 1;
        for (ProbeSequence probe = new(table, from, Stride); !probe.IsOver; probe.Advance())
        {
            Group* group = probe.Group;
            ulong control = group->Control;
            if (!GroupVersion.AwaitUnlocked(group).IsMoved)
            {
                foreach (int slot in Table<TKey, TValue>.Occupied(control))
                {
                    ref TKey key = ref *Table<TKey, TValue>.KeyAt(group, slot);
                    ulong hash = Map.Hash(key);
                    if (hash >= from && (end == 0 || hash < end))
                    {
                        entries.Add(key, *Table<TKey, TValue>.ValueAt(group, slot));
                    }
                }
            }

            // Past the last home group, go on only as far as entries may have been displaced.
            if (homesLeft > 0)
            {
                homesLeft--;
            }

            if (homesLeft == 0 && !ControlWord.HasOverflow(control))
            {
                return;
            }
        }
    }

    private static int CopyTable(TableRef table, Span<KeyValuePair<TKey, TValue>> destination)
    {
        int copied = 0;
        ulong groups = table.IsNone ? 0 : table.Groups;
        for (ulong index = 0; index < groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(table, index);
            if (new VersionWord(group->Version).IsMoved)
            {
                continue;
            }

            foreach (int slot in Table<TKey, TValue>.Occupied(group->Control))
            {
                destination[copied++] = new KeyValuePair<TKey, TValue>(
                    *Table<TKey, TValue>.KeyAt(group, slot), *Table<TKey, TValue>.ValueAt(group, slot));
            }
        }

        return copied;
    }
}
