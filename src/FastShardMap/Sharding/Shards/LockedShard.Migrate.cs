using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    /// <summary>Made resident with each write of a young migration: some microseconds (source: compare,
    /// insert-growing-5m; tables below this size take their faults one by one).</summary>
    private const nuint PopulateBytes = 64 * 1024;

    /// <summary>How far ahead of a move its memory is asked for. Two is as good, sixteen worse (growing to 5 M).</summary>
    private const ulong MovesAhead = 4;

    /// <summary>The share of a running migration that a write takes on.</summary>
    /// <remarks>A constant, or as much more as lets the migration end before the current table is full: growth
    /// leaves room for as many inserts as there are entries, so there the constant wins.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Help()
    {
        Populate();
        ulong left = View->Previous.Groups - Side->MigrationCursor;
        ulong room = (ulong)Math.Max(1, Side->MaxEntries - Side->Count);
        ulong share = Math.Max((ulong)Map.MigrationStepGroups, (left + room - 1) / room);
        Migrate(Math.Min(share, left));
    }

    /// <summary>Moves some groups of the shard, if it is migrating.</summary>
    /// <returns>Whether groups are left.</returns>
    public bool MoveSome(ulong groups)
    {
        if (!View->Previous.IsNone)
        {
            Migrate(Math.Min(groups, View->Previous.Groups - Side->MigrationCursor));
        }

        return !View->Previous.IsNone;
    }

    /// <summary>Makes the next pages of the growing table resident, well ahead of the moves: one call for sixteen pages
    /// costs a third of the faults (two a page: the first look at a group maps the zero page, the store copies it).</summary>
    private readonly void Populate()
    {
        ReadView* view = View;
        WriteSide* side = Side;
        nuint bytes = view->Current.Size.Bytes(Stride);
        if (bytes < PopulateBytes || side->PopulatedBytes >= bytes)
        {
            return;
        }

        nuint share = nuint.Min(PopulateBytes, bytes - (nuint)side->PopulatedBytes);
        PageMemory.Prefault(view->Current.Base + side->PopulatedBytes, share);
        side->PopulatedBytes += share;
    }

    /// <summary>Moves the next groups; ends the migration with the last one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Migrate(ulong groups)
    {
        WriteSide* side = Side;
        TableRef previous = View->Previous;
        TableRef current = View->Current;
        for (; groups > 0; groups--)
        {
            PrefetchMove(previous, current, side->MigrationCursor + MovesAhead);
            MoveGroup(Table<TKey, TValue>.GroupAt(previous, side->MigrationCursor), current);
            side->MigrationCursor++;
        }

        if (side->MigrationCursor == previous.Groups)
        {
            EndMigration();
        }
        else
        {
            WakeBackground();
        }
    }

    /// <summary>There are groups to move, should no write come. Not in an exclusive phase, whose end does it.</summary>
    private readonly void WakeBackground()
    {
        if (Map.Background is { } background && Side->IsExclusive == 0)
        {
            background.Wake();
        }
    }

    /// <summary>Starts loading a group that moves soon, and where its entries go: in a doubling table, two groups. Past the
    /// tables' ends it does no harm. The last moves of a write so prepare the first of the next.</summary>
    private static void PrefetchMove(TableRef previous, TableRef current, ulong groupIndex)
    {
        if (Sse.IsSupported)
        {
            byte* from = (byte*)Table<TKey, TValue>.GroupAt(previous, groupIndex);
            Sse.Prefetch0(from);
            Sse.Prefetch0(from + GroupShape.LineBytes);
            byte* to = current.HomeGroup(previous.FirstHashOf(groupIndex), Stride);
            Sse.Prefetch0(to);
            Sse.Prefetch0(to + GroupShape.LineBytes);
            Sse.Prefetch0(to + (2 * GroupShape.LineBytes));
            Sse.Prefetch0(to + (3 * GroupShape.LineBytes));
        }
    }

    private readonly void MoveGroup(Group* group, TableRef current)
    {
        // A write to a frozen table moves its group ahead of the cursor.
        if (GroupVersion.AwaitUnlocked(group).IsMoved)
        {
            return;
        }

        // All hashes first: a hasher that throws must not leave an entry in both tables.
        WriteSide* side = Side;
        ulong* hashes = stackalloc ulong[GroupShape.MaxSlots];
        ulong control = group->Control;
        foreach (int slot in Table<TKey, TValue>.Occupied(control))
        {
            hashes[slot] = Map.Hash(*Table<TKey, TValue>.KeyAt(group, slot));
        }

        if (IsUntouched)
        {
            // Those of the previous table until now, which a snapshot might have given back.
            side->SaturatedGroups = 0;
            side->RemovesSinceRebuild = 0;
        }

        foreach (int slot in Table<TKey, TValue>.Occupied(control))
        {
            side->SaturatedGroups += Table<TKey, TValue>.Insert<SeqLockGroups>(
                current,
                hashes[slot],
                *Table<TKey, TValue>.KeyAt(group, slot),
                *Table<TKey, TValue>.ValueAt(group, slot));
        }

        GroupVersion.MarkMoved(group);
        side->GroupsMoved++;
    }

    /// <summary>Makes room for an insert: finishes a running migration, or starts one to a larger table.</summary>
    /// <exception cref="OutOfMemoryException">The larger table cannot be had; nothing has changed.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        ReadView* view = View;
        if (!view->Previous.IsNone)
        {
            // Not reached while every write helps by its share; without it, a second growth would lose the previous table.
            throw new InvalidOperationException("A table filled up before its migration ended.");
        }

        TableSize size = Map.IsSentinel(view->Current) ? TableSize.PowerOfTwo(0) : TableSize.GrowFrom(view->Current.Groups);
        StartMigration(Map.AllocateTable(size, reserved: false));
        if (!view->Previous.IsNone)
        {
            // The first share at once: so a small table is never seen migrating.
            Help();
        }
        else
        {
            WakeBackground();
        }
    }

    /// <summary>Makes a new table current and the old one previous, if there is no previous table. Gives the old table up if it
    /// was empty, so that nothing has to be moved.</summary>
    public void StartMigration(TableRef next)
    {
        ReadView* view = View;
        WriteSide* side = Side;
        TableRef old = view->Current;
        bool nothingToMove = side->Count == 0;
        ViewGeneration.BeginChange(view);
        view->Previous = nothingToMove ? TableRef.None : old;
        view->Current = next;
        EndViewChange();
        Volatile.Write(ref side->MaxEntries, TableSize.MaxEntries(next.Groups, Slots));
        side->MigrationCursor = 0;
        side->PopulatedBytes = 0;
        if (nothingToMove)
        {
            side->SaturatedGroups = 0;
            side->RemovesSinceRebuild = 0;
        }
        else
        {
            side->MigrationsStarted++;
            ShardEvents.Listener?.MigrationStart(side, old.Groups, next.Groups);
        }

        if (nothingToMove && !Map.IsSentinel(old))
        {
            Retire(old);
        }
    }

    /// <summary>The view is complete. An exclusive phase keeps every generation odd until its own end.</summary>
    private readonly void EndViewChange() => ViewGeneration.EndChange(View, staysBusy: Side->IsExclusive != 0);

    /// <summary>Drops the emptied table from the view, and gives it up unless it belongs to a snapshot.</summary>
    private void EndMigration()
    {
        ReadView* view = View;
        WriteSide* side = Side;
        ulong groups = view->Previous.Groups;
        TableRef emptied = TakePrevious();
        ViewGeneration.BeginChange(view);
        view->Previous = TableRef.None;
        EndViewChange();
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is out before the block's memory changes
        side->MigrationsFinished++;
        ShardEvents.Listener?.MigrationStop(side, groups, completed: true);
        if (Map.HugePages && view->Current.Size.Bytes(Stride) >= ShardSet<TKey, TValue, THasher>.MinCollapseBytes)
        {
            Map.Arena.PostCollapse(view->Current.Base);
        }

        Retire(emptied);
    }

    /// <summary>Overflow counts that have stuck make probes longer than they need be; after as many removals as the
    /// table holds entries, a rebuild at the same size pays for itself.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountTowardsRebuild()
    {
        WriteSide* side = Side;
        if (++side->RemovesSinceRebuild < side->MaxEntries || !View->Previous.IsNone)
        {
            return;
        }

        side->RemovesSinceRebuild = 0;
        try
        {
            StartMigration(Map.AllocateTable(View->Current.Size, reserved: false));
            WakeBackground();
        }
        catch (OutOfMemoryException)
        {
            // Shorter probes are all that a rebuild would have gained.
        }
    }
}
