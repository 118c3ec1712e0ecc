using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Home groups that one step of an enumeration covers: a full buffer of the pool's smallest size class.</summary>
    private const ulong GroupsPerStep = 8;

    /// <summary>Bound of a step in the finer table, when the two tables of a shard differ much in size.</summary>
    private const ulong FineGroupsPerStep = 64;

    /// <summary>
    /// Copies the entries of the next range of hashes of a shard, from <paramref name="position"/> on. By hash and not
    /// table by table: an entry's hash never changes, so whatever is present throughout is found exactly once, across
    /// any growth, shrink or Clear between two calls.
    /// </summary>
    /// <returns>False if that was the shard's last range.</returns>
    public readonly bool CopyRange(int shard, ref ulong position, EntryBuffer<TKey, TValue> entries)
    {
        ReadView* view = _views + shard;
        WriteSide* side = _writeSides + shard;
        ThreadState thread = EnterThread();
        ShardLock.ThrowIfExclusive(side, thread, "enumerate");
        ShardLock.Enter(side, thread);
        thread.EnterCallback(_arena);
        try
        {
            ThrowIfDisposed();
            ulong end = EndOfStep(view, position);
            if (!view->Previous.IsNone)
            {
                CopyRange(view->Previous, position, end, entries);
            }

            CopyRange(view->Current, position, end, entries);
            position = end;
            return end != 0;
        }
        catch
        {
            entries.Clear(); // the next call repeats the range
            throw;
        }
        finally
        {
            thread.LeaveCallback();
            ShardLock.Exit(side);
        }
    }

    /// <summary>All entries at one instant.</summary>
    /// <exception cref="OutOfMemoryException">More entries than an array can hold.</exception>
    public readonly KeyValuePair<TKey, TValue>[] ToArray()
    {
        EnterAll();
        try
        {
            ThrowIfDisposed();
            long count = Count;

            if (count > Array.MaxLength)
            {
                Memory.PageMemory.ThrowOutOfMemory((nuint)count * (nuint)sizeof(KeyValuePair<TKey, TValue>));
            }

            KeyValuePair<TKey, TValue>[] entries = new KeyValuePair<TKey, TValue>[count];
            CopyAll(entries);
            return entries;
        }
        finally
        {
            ExitAll(_options.ShardCount);
        }
    }

    /// <summary>Copies all entries at one instant.</summary>
    /// <returns>How many; or, if that is more than the destination takes, the complement of the number, and nothing is
    /// copied.</returns>
    public readonly long CopyTo(Span<KeyValuePair<TKey, TValue>> destination)
    {
        EnterAll();
        try
        {
            ThrowIfDisposed();
            long count = Count;
            if (count > destination.Length)
            {
                return ~count;
            }

            CopyAll(destination);
            return count;
        }
        finally
        {
            ExitAll(_options.ShardCount);
        }
    }

    private readonly void CopyAll(Span<KeyValuePair<TKey, TValue>> destination)
    {
        int copied = 0;
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            copied += CopyTable(_views[shard].Previous, destination[copied..]);
            copied += CopyTable(_views[shard].Current, destination[copied..]);
        }
    }

    /// <summary>The first hash past the range of the next step; 0 past the last.</summary>
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

    /// <summary>Copies the entries with hashes from <paramref name="from"/> to before <paramref name="end"/> (0 = the last).</summary>
    private readonly void CopyRange(TableRef table, ulong from, ulong end, EntryBuffer<TKey, TValue> entries)
    {
        ulong groups = table.Groups;
        ulong index = table.Home(from);
        ulong homesLeft = table.Home(end - 1) - index + 1;
        for (ulong step = 0; step < groups; step++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(table, index);
            ulong control = group->Control;
            if ((GroupVersion.AwaitHolder(group) & GroupVersion.Moved) == 0)
            {
                for (int slot = 0; slot < Slots; slot++)
                {
                    if (ControlWord.ControlByte(control, slot) == 0)
                    {
                        continue;
                    }

                    ref TKey key = ref *Table<TKey, TValue>.KeyAt(group, slot);
                    ulong hash = Hash(key);
                    if (hash >= from && (end == 0 || hash < end))
                    {
                        entries.Add(key, *Table<TKey, TValue>.ValueAt(group, slot));
                    }
                }
            }

            // Past the last home only as far as entries may have walked.
            if (homesLeft > 0)
            {
                homesLeft--;
            }

            if (homesLeft == 0 && ControlWord.OverflowCount(control) == 0)
            {
                return;
            }

            index = index + 1 == groups ? 0 : index + 1;
        }
    }

    private static int CopyTable(TableRef table, Span<KeyValuePair<TKey, TValue>> destination)
    {
        int copied = 0;
        ulong groups = table.IsNone ? 0 : table.Groups;
        for (ulong index = 0; index < groups; index++)
        {
            Group* group = Table<TKey, TValue>.GroupAt(table, index);
            if ((group->Version & GroupVersion.Moved) != 0)
            {
                continue;
            }

            for (int slot = 0; slot < Slots; slot++)
            {
                if (ControlWord.ControlByte(group->Control, slot) != 0)
                {
                    destination[copied++] = new KeyValuePair<TKey, TValue>(
                        *Table<TKey, TValue>.KeyAt(group, slot), *Table<TKey, TValue>.ValueAt(group, slot));
                }
            }
        }

        return copied;
    }
}
