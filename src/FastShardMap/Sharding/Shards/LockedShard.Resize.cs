using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    /// <summary>Starts a migration to a smaller table, if the shard fits into one, or to new segments, if there is much
    /// free record memory.</summary>
    /// <param name="mayCompact">Whether record memory may be compacted; set to false if it is.</param>
    /// <returns>Whether a migration is running now.</returns>
    public bool Trim(ref bool mayCompact)
    {
        if (!View->Previous.IsNone)
        {
            return true;
        }

        if (Side->Count == 0)
        {
            DropTable();
            return false;
        }

        ulong groups = View->Current.Groups;
        TableSize target = TableSize.ForEntries(Side->Count + Map.SlackFor(groups), Slots);
        bool compacts = KeyStore<TKey>.HasRecords && mayCompact && RecordMemory.CanCompact(Heap);
        if (target.Groups >= groups && !compacts)
        {
            return false;
        }

        StartMigration(
            Map.AllocateTable(target.Groups < groups ? target : View->Current.Size, reserved: false));
        if (compacts)
        {
            mayCompact = false;
            BeginCompaction();
        }

        return true;
    }

    /// <summary>Replaces both tables by the sentinel, and retires those that the shard owns.</summary>
    public void DropTables()
    {
        Retire(TakePrevious());
        DropTable();
    }

    /// <summary>Replaces both tables by an empty one. The caller has called
    /// <see cref="ViewGeneration.BeginChange"/>.</summary>
    // Safety: all locks are held.
    public void Clear(TableRef empty)
    {
        ReadView* view = View;
        WriteSide* side = Side;
        TableRef previous = view->Previous;
        Retire(TakePrevious());
        Retire(view->Current);
        view->Previous = TableRef.None;
        view->Current = empty;
        EndViewChange();
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is published before the blocks' memory changes
        DropRecords();
        side->Count = 0;
        side->SaturatedGroups = 0;
        side->RemovesSinceRebuild = 0;
        Volatile.Write(ref side->MaxEntries, Map.IsSentinel(empty) ? 0 : TableSize.MaxEntries(empty.Groups, Slots));
        if (!previous.IsNone)
        {
            ShardEvents.Listener?.MigrationStop(side, previous.Groups, completed: false);
        }
    }

    /// <summary>Replaces the current table by the sentinel, and retires it.</summary>
    private void DropTable()
    {
        ReadView* view = View;
        WriteSide* side = Side;
        TableRef dropped = view->Current;
        if (Map.IsSentinel(dropped))
        {
            return;
        }

        ThreadState.AwaitWrites(side, shards: 1);
        TableRef previous = view->Previous;
        ViewGeneration.BeginChange(view);
        view->Previous = TableRef.None;
        view->Current = Map.Sentinel;
        EndViewChange();
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is published before the block's memory changes
        DropRecords();
        side->Count = 0;
        side->SaturatedGroups = 0;
        Volatile.Write(ref side->MaxEntries, 0);
        if (!previous.IsNone)
        {
            ShardEvents.Listener?.MigrationStop(side, previous.Groups, completed: false);
        }

        Retire(dropped);
    }
}
