using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// FREEZING: how a snapshot of all entries at one instant is taken without copying them under a lock.
//
// Under all locks, every shard starts a migration to an empty table, as growth does. The table that was current is now
// previous, and *frozen*: the snapshot reads it, and no slot and no control word of it changes any more.
//   - Inserts go to the current table anyway.
//   - A write that finds its key in the frozen table moves the key's whole group to the current table first (copy on
//     write) and then writes there. Moved groups are ignored except for their overflow counts, in whatever order they
//     were moved; so readers and the rest of the migration need no new rule.
//   - What a migration writes to a frozen table is the moved mark in a group's version. The snapshot does not look at
//     versions: what it reads does not change.
// A writer waits for the exchange of one table reference per shard, and later for the copy of one group.
//
// OWNERSHIP. While the migration runs, the shard refers to the table as its previous one, and when it ends the shard
// only drops it (TakePrevious); the table belongs to the snapshot. A snapshot that ends first thaws the table: the shard
// owns it again. Both decide under the shard's lock, so exactly one retires it. One table is frozen by one snapshot: the
// next snapshot finds another table current.
//
// THAWING. If nothing has been written to the shard in the meantime, the table becomes current again, and the one that was
// to replace it, whose pages are untouched, goes back to the arena. Otherwise the table is an ordinary previous one from
// then on, which the rest of the migration empties.
//   - Nothing has been written if the cursor stands at 0. Every write helps the migration first, by one group at least;
//     only then may it move a group ahead of the cursor, insert, or remove. So at cursor 0 no group is moved, and the
//     current table is empty; and as long as it is, the statistics of the shard that belong to a table are still those
//     of the previous one (IsUntouched, MoveGroup).
//   - To readers it is a change of the view like any other: a reader that looked at the empty table finds another
//     generation.
//   - The background thread leaves untouched frozen tables alone: it would make pages resident that the end of the
//     snapshot makes superfluous. Reads of such shards look into two tables meanwhile; a caller that keeps a snapshot for
//     long and minds that asks for the copy at once.
internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    /// <summary>Whether a migrating shard has not been written to since its migration began: all its entries are in the
    /// previous table.</summary>
    public readonly bool IsUntouched => Side->MigrationCursor == 0;

    /// <summary>Freezes the current table.</summary>
    /// <param name="next">A table that takes the shard's entries; none if it is not needed any more.</param>
    /// <returns>The frozen table; none if the shard is empty.</returns>
    // Safety: all locks are held, and no migration is running.
    public TableRef Freeze(ref TableRef next)
    {
        if (Side->Count == 0)
        {
            return TableRef.None;
        }

        TableRef frozen = View->Current;
        StartMigration(next);
        Side->PreviousIsFrozen = 1;
        next = TableRef.None;
        return frozen;
    }

    /// <summary>Takes a table back that a snapshot has given up, whatever has become of the shard meanwhile.</summary>
    public void Thaw(TableRef table)
    {
        if (!View->Previous.Equals(table))
        {
            Retire(table);
            return;
        }

        Side->PreviousIsFrozen = 0;
        if (IsUntouched)
        {
            _unused = RestorePrevious();
        }
    }

    /// <summary>Moves all groups that are left.</summary>
    public void FinishMigration() => MoveSome(ulong.MaxValue);

    /// <summary>Makes the previous table of an untouched shard current again.</summary>
    /// <returns>The empty table that was current.</returns>
    private readonly TableRef RestorePrevious()
    {
        ReadView* view = View;
        TableRef unused = view->Current;
        TableRef restored = view->Previous;
        ViewGeneration.BeginChange(view);
        view->Previous = TableRef.None;
        view->Current = restored;
        EndViewChange();
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is out before the block is used for something else
        Volatile.Write(ref Side->MaxEntries, TableSize.MaxEntries(restored.Groups, Slots));
        ShardEvents.Listener?.MigrationStop(Side, restored.Groups, completed: false);
        return unused;
    }

    /// <summary>Moves the group of an entry out of the frozen table, so that the entry can be written.</summary>
    /// <returns>Where the entry is now.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly SlotRef MoveFrozen(ulong hash, in TKey key, SlotRef slot)
    {
        MoveGroup(slot.Group, View->Current);
        return Table<TKey, TValue>.TryFind(View->Current, hash, key, out SlotRef moved)
            ? moved
            : throw new InvalidOperationException("Equals or GetHashCode of the key, or its hasher, returned inconsistent results.");
    }

    /// <summary>The shard is about to drop its previous table.</summary>
    /// <returns>The table, if the shard is the one to retire it.</returns>
    private readonly TableRef TakePrevious()
    {
        TableRef previous = Side->PreviousIsFrozen == 0 ? View->Previous : TableRef.None;
        Side->PreviousIsFrozen = 0;
        return previous;
    }
}
