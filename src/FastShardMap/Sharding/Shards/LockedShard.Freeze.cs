using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// FREEZING: how a snapshot captures all entries at one instant without copying them under a lock.
//
// The snapshot takes all locks and starts a migration to an empty table in every shard, as growth does. The table that
// was current becomes the previous one, and it is *frozen*: the snapshot reads it, and none of its slots and control
// words change any more.
//   - Inserts go to the current table, as in every migration.
//   - A write that finds its key in the frozen table first moves the key's whole group to the current table (copy on
//     write), and then writes there. Moved groups are ignored except for their overflow filters, in whatever order they
//     were moved, so readers and the rest of the migration need no new rule.
//   - The only thing that a migration writes to a frozen table is the moved mark in the version of a group. The
//     snapshot does not look at versions, so what it reads does not change.
// Freezing makes a writer wait while one table reference per shard is exchanged, and later writes copy one group.
//
// OWNERSHIP. While the migration runs, the shard refers to the table as its previous one. When the migration ends
// first, the shard only drops the reference (TakePrevious), and the table belongs to the snapshot. When the snapshot
// ends first, it thaws the table, and the shard owns it again. Both decide under the shard's lock, so exactly one of
// them retires the table. A table is frozen by at most one snapshot, because the next snapshot finds another table
// current.
//
// THAWING. If nothing has been written to the shard since the freeze, the frozen table becomes current again, and the
// table that was to replace it returns to the arena with its pages untouched. Otherwise the frozen table becomes an
// ordinary previous table, and the rest of the migration empties it.
//   - A cursor at 0 means that nothing has been written. Every write first helps the migration by at least one group;
//     only then may it move a group ahead of the cursor, insert, or remove. So while the cursor is at 0, no group is
//     moved, the current table is empty, and the per-table statistics of the shard still describe the previous table
//     (IsUntouched, MoveGroup).
//   - Readers see an ordinary change of the view: a reader that searched the empty table finds another generation.
//   - The background thread skips untouched frozen tables: moving them would make pages resident that the end of the
//     snapshot makes superfluous. In the meantime, reads of such shards search two tables; a caller that keeps a
//     snapshot for long, and for whom that is too slow, can ask for the copy at once.
internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    /// <summary>Whether nothing has been written to a migrating shard since its migration began, so that all its
    /// entries are still in the previous table.</summary>
    public readonly bool IsUntouched => Side->MigrationCursor == 0;

    /// <summary>Freezes the current table.</summary>
    /// <param name="next">The empty table that receives the shard's entries; set to none if the shard has taken
    /// it.</param>
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

    /// <summary>Takes back a table that a snapshot no longer needs, whatever has happened to the shard since.</summary>
    public void Thaw(TableRef table, RecordEpoch* epoch)
    {
        if (KeyStore<TKey>.HasRecords)
        {
            EndEpoch(epoch);
        }

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

    /// <summary>Moves all remaining groups.</summary>
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
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is published before the block is reused
        Volatile.Write(ref Side->MaxEntries, TableSize.MaxEntries(restored.Groups, Slots));
        ShardEvents.Listener?.MigrationStop(Side, restored.Groups, completed: false);
        return unused;
    }

    /// <summary>Moves the group of an entry out of the frozen table, so that the entry can be written.</summary>
    /// <returns>The new place of the entry.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly SlotRef MoveFrozen(ulong hash, in TKey key, SlotRef slot)
    {
        MoveGroup(slot.Group, View->Current);
        return Table<TKey, TValue>.TryFind(View->Current, hash, key, out SlotRef moved)
            ? moved
            : throw new InvalidOperationException(
                "Equals or GetHashCode of the key, or its hasher, returned inconsistent results.");
    }

    /// <summary>Ends the shard's use of its previous table. The caller is about to drop it from the view.</summary>
    /// <returns>The table, if the shard has to retire it; none if it belongs to a snapshot.</returns>
    private readonly TableRef TakePrevious()
    {
        TableRef previous = Side->PreviousIsFrozen == 0 ? View->Previous : TableRef.None;
        Side->PreviousIsFrozen = 0;
        return previous;
    }
}
