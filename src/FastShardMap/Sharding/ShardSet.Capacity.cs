using FastShardMap.Layout;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Groups moved in one hold of the lock when a migration is driven to its end: a few microseconds.</summary>
    private const ulong GroupsPerHold = 64;

    /// <summary>Writers may fill a shard as fast as it is trimmed; past this many rounds they have their way. A quiet
    /// shard needs two or three (see SlackFor).</summary>
    private const int MaxTrimRounds = 16;

    /// <summary>Makes room for a number of entries in all; finishes the migrations it starts.</summary>
    /// <exception cref="OutOfMemoryException">More than the machine has, or the system refuses the memory.</exception>
    public readonly void EnsureCapacity(long capacity)
    {
        TableSize size = ShareOf(capacity);
        long share = TableSize.MaxEntries(size.Groups, Slots);
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            EnsureShardCapacity(_views + shard, share, size);
        }
    }

    /// <summary>Moves every shard to the smallest table for its entries, and gives the rest back to the system.</summary>
    public readonly void TrimExcess()
    {
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            for (int round = 0; round < MaxTrimRounds && TrimShard(_views + shard); round++)
            {
                FinishMigration(_views + shard);
            }
        }

        _arena.DrainRetired();
    }

    /// <summary>Drives a running migration of a shard to its end, in bounded holds of the lock.</summary>
    public readonly void FinishMigration(ReadView* view)
    {
        while (MoveSome(view, GroupsPerHold))
        {
        }
    }

    /// <summary>Moves some groups of every migrating shard, one hold of a lock each.</summary>
    /// <returns>Whether groups are left.</returns>
    public readonly bool MoveSomeEverywhere()
    {
        ThrowIfDisposed();
        bool left = false;
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            // A look without the lock: a migration that starts now is found the next time. A shard that a snapshot may
            // still give its table back is left alone, and one in an exclusive phase to its end.
            WriteSide* side = _writeSides + shard;
            if ((ViewGeneration.BeginRead(_views + shard) & ViewGeneration.Migrating) != 0
                && Volatile.Read(ref side->IsExclusive) == 0
                && (Volatile.Read(ref side->PreviousIsFrozen) == 0 || Volatile.Read(ref side->MigrationCursor) != 0))
            {
                left |= MoveSome(_views + shard, GroupsPerHold);
            }
        }

        return left;
    }

    /// <summary>Moves some groups of a migrating shard.</summary>
    /// <returns>Whether groups are left.</returns>
    public readonly bool MoveSome(ReadView* view, ulong groups)
    {
        WriteSide* side = SideOf(view);
        ThreadState thread = EnterThread();
        TableRef retired = TableRef.None;
        bool left = false;
        bool woke = false;
        ShardLock.Enter(side, thread);
        thread.EnterCallback(_arena);
        try
        {
            ThrowIfDisposed();
            if (!view->Previous.IsNone)
            {
                retired = Migrate(view, side, Math.Min(groups, view->Previous.Groups - side->MigrationCursor));
                left = !view->Previous.IsNone;
            }
        }
        finally
        {
            thread.LeaveCallback();
            woke = ShardLock.Exit(side);
            if (!retired.IsNone)
            {
                Retire(retired);
            }
        }

        if (left && woke)
        {
            ShardLock.LeaveToWoken(side);
        }

        return left;
    }

    /// <summary>The table that gives every shard its share of a capacity, with room for the spread of random hashes:
    /// four standard deviations.</summary>
    private readonly TableSize ShareOf(long capacity)
    {
        try
        {
            double mean = (double)capacity / _options.ShardCount;
            long share = _options.ShardCount == 1
                ? capacity
                : checked((long)Math.Ceiling(mean + Math.Min(4 * Math.Sqrt(mean), capacity - mean)));
            TableSize size = TableSize.ForEntries(share, Slots);
            UInt128 bytes = (UInt128)size.Bytes(Stride) * (uint)_options.ShardCount;
            if (bytes <= (ulong)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            {
                return size;
            }
        }
        catch (OverflowException)
        {
            // Reported below.
        }

#pragma warning disable CA2201, MA0012 // a reservation larger than the machine is running out of memory
        throw new OutOfMemoryException(
            $"A capacity of {capacity:N0} entries of {GroupShape<TKey, TValue>.SlotBytes} bytes exceeds the memory of this machine.");
#pragma warning restore CA2201, MA0012
    }

    private readonly void EnsureShardCapacity(ReadView* view, long share, TableSize size)
    {
        WriteSide* side = SideOf(view);
        bool isEnough = false;
        while (!isEnough)
        {
            FinishMigration(view);

            // Outside the lock: pre-faulting takes its time.
            ThreadState thread = EnterThread();
            TableRef unused = Volatile.Read(ref side->MaxEntries) < share ? AllocateTable(size, reserved: true) : TableRef.None;
            bool entered = false;
            try
            {
                ShardLock.Enter(side, thread); // throws when interrupted: the new table must not be lost
                entered = true;
                ThrowIfDisposed();

                // A migrating shard may get its previous table back from a snapshot, and that may be smaller.
                if (view->Previous.IsNone)
                {
                    isEnough = side->MaxEntries >= share || !unused.IsNone;
                    unused = side->MaxEntries < share && !unused.IsNone ? StartMigration(view, side, unused) : unused;
                }
            }
            finally
            {
                if (entered)
                {
                    ShardLock.Exit(side);
                }

                if (!unused.IsNone)
                {
                    Retire(unused);
                }
            }
        }

        FinishMigration(view);
    }

    /// <summary>Starts the migration of a shard to a smaller table, if one is small enough to be worth it.</summary>
    /// <returns>Whether a migration is running now.</returns>
    private readonly bool TrimShard(ReadView* view)
    {
        WriteSide* side = SideOf(view);
        ThreadState thread = EnterThread();
        TableRef replaced = TableRef.None;
        ShardLock.Enter(side, thread);
        try
        {
            ThrowIfDisposed();
            if (!view->Previous.IsNone)
            {
                return true;
            }

            if (side->Count == 0)
            {
                replaced = DropTable(view, side);
                return false;
            }

            ulong groups = view->Current.Groups;
            TableSize target = TableSize.ForEntries(side->Count + SlackFor(groups), Slots);
            if (target.Groups >= groups)
            {
                return false;
            }

            StartMigration(view, side, AllocateTable(target, reserved: false));
            return true;
        }
        finally
        {
            ShardLock.Exit(side);
            if (!replaced.IsNone)
            {
                Retire(replaced);
            }
        }
    }

    /// <summary>Inserts that a shrinking table must have room for, so that writers who help at the constant rate end
    /// the migration before the table is full. Shrinking by much takes several migrations, each with less slack.</summary>
    private readonly long SlackFor(ulong groups) => (long)(groups / (uint)_options.MigrationStepGroups);

    /// <summary>Replaces the current table by the sentinel. Under the lock.</summary>
    /// <returns>The dropped table, or none.</returns>
    private readonly TableRef DropTable(ReadView* view, WriteSide* side)
    {
        TableRef dropped = view->Current;
        if (IsSentinel(dropped))
        {
            return TableRef.None;
        }

        ThreadState.AwaitChanges(side, shards: 1);
        TableRef previous = view->Previous;
        ViewGeneration.BeginChange(view);
        view->Previous = TableRef.None;
        view->Current = _sentinel;
        ViewGeneration.EndChange(view);
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is out before the block's memory changes
        side->Count = 0;
        side->SaturatedGroups = 0;
        Volatile.Write(ref side->MaxEntries, 0);
        if (!previous.IsNone)
        {
            ShardEvents.Listener?.MigrationStop(side, previous.Groups, completed: false);
        }

        return dropped;
    }
}
