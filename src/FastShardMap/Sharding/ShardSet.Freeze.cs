using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// FREEZING: how a snapshot of all entries at one instant is taken without copying them under a lock.
//
// Under all locks, every shard starts a migration to an empty table, as growth does; what was current is now previous,
// and *frozen*: the snapshot reads it, and no slot and no control word of it changes any more.
//   - Inserts go to the current table anyway.
//   - A write that finds its key in the frozen table moves the key's whole group to the current table first (copy on
//     write) and then writes there. Moved groups are ignored but for their overflow counts, in whatever order they
//     were moved; so readers and the rest of the migration need no new rule.
//   - What migration writes to a frozen table is the moved mark in a group's version. The snapshot does not look at
//     versions: what it reads does not change.
// The pause of a writer is the exchange of one table reference a shard, and later the copy of one group.
//
// OWNERSHIP. While the migration runs, the shard refers to the table as its previous one, and when it ends the shard
// merely drops it (TakePrevious); it belongs to the snapshot. A snapshot that ends first thaws the table: the shard owns
// it again. Both decide under the shard's lock, so exactly one does. One table is frozen by one snapshot: the next finds
// another table current.
//
// THAWING. If nothing has been written to the shard meanwhile, the table becomes current again as if nothing had
// happened, and the one that was to replace it, whose pages nobody has touched, goes back to the arena. Otherwise the
// table is an ordinary previous one from then on, which the rest of the migration empties.
//   - Nothing has been written if the cursor stands at 0. Every write helps the migration first, by one group at least;
//     only then it may move a group ahead of the cursor, insert, or remove. So at cursor 0 no group is moved, and the
//     current table is empty; and as long as it is, the statistics of the shard that belong to a table are still those
//     of the previous one (IsUntouched, MoveGroup).
//   - To readers it is a change of the view like any other: whoever looked at the empty table finds another generation.
//   - The background thread leaves untouched frozen tables alone: it would make pages resident that the end of the
//     snapshot makes superfluous. Reads of such shards look into two tables meanwhile; who holds a snapshot for long
//     and minds asks for settling.
internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Writers may start growths as fast as they are finished; past this many rounds the rest is moved while
    /// all locks are held.</summary>
    private const int MaxFreezeRounds = 8;

    /// <summary>Freezes every shard's table at one instant.</summary>
    /// <param name="frozen">Receives one table a shard; none for an empty one.</param>
    /// <returns>The number of entries in them.</returns>
    /// <exception cref="OutOfMemoryException">The system refuses the memory; nothing is frozen.</exception>
    public readonly long Freeze(Span<TableRef> frozen)
    {
        TableRef[] next = new TableRef[_options.ShardCount];
        List<TableRef> retired = new(2 * _options.ShardCount);
        ThreadState thread = EnterThread();
        try
        {
            for (int round = 0; ; round++)
            {
                // Outside the locks: all that takes time.
                for (int shard = 0; shard < next.Length; shard++)
                {
                    FinishMigration(_views + shard);
                    PrepareCopy(_views + shard, _writeSides + shard, ref next[shard], retired);
                }

                EnterAll();
                thread.EnterCallback(_arena);
                try
                {
                    ThrowIfDisposed();
                    if (round < MaxFreezeRounds && IsAnyMigrating())
                    {
                        continue;
                    }

                    // First what may fail, shard by shard; then what cannot.
                    for (int shard = 0; shard < next.Length; shard++)
                    {
                        Settle(_views + shard, _writeSides + shard, retired);
                        PrepareCopy(_views + shard, _writeSides + shard, ref next[shard], retired);
                    }

                    for (int shard = 0; shard < next.Length; shard++)
                    {
                        frozen[shard] = FreezeShard(_views + shard, _writeSides + shard, ref next[shard]);
                    }

                    return Count;
                }
                finally
                {
                    thread.LeaveCallback();
                    ExitAll(_options.ShardCount);
                }
            }
        }
        finally
        {
            foreach (TableRef table in next)
            {
                AddUnlessNone(retired, table);
            }

            RetireAll(retired);
        }
    }

    /// <summary>Gives a frozen table up, whatever has become of the map meanwhile.</summary>
    /// <param name="shard">The table's shard.</param>
    /// <param name="table">The table.</param>
    /// <param name="wait">Whether to wait for the shard's lock.</param>
    /// <returns>False if the lock is taken and the caller does not wait; nothing has changed then.</returns>
    public readonly bool TryThaw(int shard, TableRef table, bool wait)
    {
        ReadView* view = _views + shard;
        WriteSide* side = _writeSides + shard;
        ThreadState thread = EnterThread();
        bool owned = ShardLock.IsOwnedBy(side, thread); // in an exclusive phase
        if (!owned && !TryEnterToThaw(side, thread, wait))
        {
            return false;
        }

        bool stillMigrating = view->Previous.Equals(table);
        TableRef unused = TableRef.None;
        if (stillMigrating)
        {
            side->PreviousIsFrozen = 0;
            unused = IsUntouched(side) ? RestorePrevious(view, side) : TableRef.None;
        }

        if (!owned)
        {
            ShardLock.Exit(side);
        }
        else
        {
            ViewGeneration.BeginChange(view); // ended above; the phase keeps every generation odd
        }

        if (!stillMigrating)
        {
            Retire(table);
        }
        else if (!unused.IsNone)
        {
            _arena.Retire(unused.Base, unused.Size.Bytes(Stride), isZero: true);
        }

        return true;
    }

    /// <summary>Whether a migrating shard has not been written to since its migration began: all its entries are in the
    /// previous table. Under the lock.</summary>
    private static bool IsUntouched(WriteSide* side) => side->MigrationCursor == 0;

    /// <summary>Makes the previous table of an untouched shard current again. Under the lock.</summary>
    /// <returns>The empty table that was current.</returns>
    private static TableRef RestorePrevious(ReadView* view, WriteSide* side)
    {
        TableRef unused = view->Current;
        TableRef restored = view->Previous;
        ViewGeneration.BeginChange(view);
        view->Previous = TableRef.None;
        view->Current = restored;
        ViewGeneration.EndChange(view);
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is out before the block is used for something else
        Volatile.Write(ref side->MaxEntries, TableSize.MaxEntries(restored.Groups, Slots));
        ShardEvents.Listener?.MigrationStop(side, restored.Groups, completed: false);
        return unused;
    }

    private static bool TryEnterToThaw(WriteSide* side, ThreadState thread, bool wait)
    {
        if (wait)
        {
            ShardLock.EnterUninterrupted(side, thread);
            return true;
        }

        return Interlocked.CompareExchange(ref side->Lock, thread.LockWord, 0) == 0;
    }

    /// <summary>The shard of a hash, by index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // backends: reads of a snapshot
    public readonly int ShardOf(ulong hash) => (int)(HashBits.ViewOffset(hash, _viewMask) >> HashBits.ShardShift);

    /// <summary>Drives the migrations of all shards to their ends, in short holds of one lock at a time.</summary>
    public readonly void FinishMigrations()
    {
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            // A look without the lock: who has started the migration sees it.
            if ((ViewGeneration.BeginRead(_views + shard) & ViewGeneration.Migrating) != 0)
            {
                FinishMigration(_views + shard);
            }
        }
    }

    private readonly bool IsAnyMigrating()
    {
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            if (!_views[shard].Previous.IsNone)
            {
                return true;
            }
        }

        return false;
    }

    private readonly void Settle(ReadView* view, WriteSide* side, List<TableRef> retired)
    {
        if (!view->Previous.IsNone)
        {
            AddUnlessNone(retired, Migrate(view, side, view->Previous.Groups - side->MigrationCursor));
        }
    }

    /// <summary>A table that takes the shard's entries, and has room for the inserts that come while they are moved.
    /// Without the lock a good guess; with it, sufficient.</summary>
    private readonly void PrepareCopy(ReadView* view, WriteSide* side, ref TableRef next, List<TableRef> retired)
    {
        long count = Volatile.Read(ref side->Count);
        TableRef current = TableRef.FromWord(Volatile.Read(ref *(ulong*)&view->Current));
        if (count == 0 || IsSentinel(current))
        {
            return;
        }

        long needed = count + SlackFor(current.Groups);
        if (!next.IsNone && TableSize.MaxEntries(next.Groups, Slots) >= needed)
        {
            return;
        }

        AddUnlessNone(retired, next);
        next = TableRef.None;
        TableSize size = TableSize.ForEntries(needed, Slots);
        next = AllocateTable(size.Groups > current.Groups ? size : current.Size, reserved: false);
    }

    private readonly TableRef FreezeShard(ReadView* view, WriteSide* side, ref TableRef next)
    {
        if (side->Count == 0)
        {
            return TableRef.None;
        }

        TableRef frozen = view->Current;
        StartMigration(view, side, next);
        side->PreviousIsFrozen = 1;
        next = TableRef.None;
        return frozen;
    }

    /// <summary>Moves the group of an entry out of the frozen table, so that the entry can be written.</summary>
    /// <returns>Where the entry is now.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly SlotRef MoveFrozen(ReadView* view, WriteSide* side, ulong hash, in TKey key, SlotRef slot)
    {
        MoveGroup(slot.Group, view->Current, side);
        return Table<TKey, TValue>.TryFind(view->Current, hash, key, out SlotRef moved)
            ? moved
            : throw new InvalidOperationException("The key's Equals or the hasher has answered the same question in two ways.");
    }

    /// <summary>The shard is about to drop its previous table. Under the lock.</summary>
    /// <returns>The table, if the shard is the one to retire it.</returns>
    private static TableRef TakePrevious(ReadView* view, WriteSide* side)
    {
        TableRef previous = side->PreviousIsFrozen == 0 ? view->Previous : TableRef.None;
        side->PreviousIsFrozen = 0;
        return previous;
    }
}
