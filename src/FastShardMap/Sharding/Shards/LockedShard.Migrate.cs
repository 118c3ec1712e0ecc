using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    /// <summary>Bytes made resident by each write of a young migration, which takes some microseconds (source: compare,
    /// insert-growing-5m). A write moves entries to fewer pages than that, so the pages are resident before.</summary>
    private const nuint PopulateBytes = 16 * 1024;

    /// <summary>Tables below this size take their page faults one by one.</summary>
    private const nuint MinPopulatedBytes = 64 * 1024;

    /// <summary>How many groups ahead of a move its memory is prefetched. Two is as good, sixteen is worse (growing to
    /// 5 M).</summary>
    private const ulong MovesAhead = 4;

    /// <summary>Moves the share of a running migration that falls to one write.</summary>
    /// <remarks>The share is a constant, or more if the migration would otherwise not end before the current table is
    /// full. Growth leaves room for as many inserts as there are entries, so there the constant is the larger
    /// one.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Help()
    {
        Populate();
        ulong left = View->Previous.Groups - Side->MigrationCursor;
        ulong room = (ulong)Math.Max(1, Side->MaxEntries - Side->Count);
        ulong share = Math.Max((ulong)Map.MigrationStepGroups, (left + room - 1) / room);
        Migrate(Math.Min(share, left));
    }

    /// <summary>Moves up to this many groups, if the shard is migrating.</summary>
    /// <returns>Whether groups are left to move.</returns>
    public bool MoveSome(ulong groups)
    {
        if (!View->Previous.IsNone)
        {
            Migrate(Math.Min(groups, View->Previous.Groups - Side->MigrationCursor));
        }

        return !View->Previous.IsNone;
    }

    /// <summary>Makes the next pages of the growing table resident, well ahead of the moves. One call for four pages
    /// costs less than half of the faults that it replaces: two per page, because the first read maps the zero page and
    /// the first store copies it.</summary>
    private readonly void Populate()
    {
        ReadView* view = View;
        WriteSide* side = Side;
        nuint bytes = view->Current.Size.Bytes(Stride);
        if (bytes < MinPopulatedBytes || side->PopulatedBytes >= bytes)
        {
            return;
        }

        nuint share = nuint.Min(PopulateBytes, bytes - (nuint)side->PopulatedBytes);
        PageMemory.Prefault(view->Current.Base + side->PopulatedBytes, share);
        side->PopulatedBytes += share;
    }

    /// <summary>Moves the next groups, and ends the migration with the last one.</summary>
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

    /// <summary>Wakes the background thread, which moves the remaining groups if no writes come. An exclusive phase
    /// does this at its end instead.</summary>
    private readonly void WakeBackground()
    {
        if (Map.Background is { } background && Side->IsExclusive == 0)
        {
            background.Wake();
        }
    }

    /// <summary>Prefetches a group that moves soon, and the places its entries go to: two groups, if the table doubles.
    /// Addresses past the end of a table are harmless. The last moves of one write thereby prepare the first moves of
    /// the next.</summary>
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
        // A write to a frozen table has moved this group already, ahead of the cursor.
        if (GroupVersion.AwaitUnlocked(group).IsMoved)
        {
            return;
        }

        // Compute all hashes first: a hasher that throws must not leave an entry in both tables.
        WriteSide* side = Side;
        ulong* hashes = stackalloc ulong[GroupShape.MaxSlots];
        ulong control = group->Control;
        foreach (int slot in Table<TKey, TValue>.Occupied(control))
        {
            hashes[slot] = Map.Hash(*Table<TKey, TValue>.KeyAt(group, slot));
        }

        if (IsUntouched)
        {
            // Until now these described the previous table, because a snapshot might have thawed it.
            side->SaturatedGroups = 0;
            side->RemovesSinceRebuild = 0;
        }

        foreach (int slot in Table<TKey, TValue>.Occupied(control))
        {
            if (BlobStore<TKey, TValue>.HasBlobs)
            {
                side->SaturatedGroups += InsertMoved(current, hashes[slot], new SlotRef(group, slot));
                continue;
            }

            if (KeyStore<TKey>.HasRecords)
            {
                side->SaturatedGroups += Table<TKey, TValue>.Insert<SeqLockGroups>(
                    current,
                    hashes[slot],
                    MoveRecord(*Table<TKey, TValue>.KeyAt(group, slot)),
                    *Table<TKey, TValue>.ValueAt(group, slot));
                continue;
            }

            side->SaturatedGroups += Table<TKey, TValue>.Insert<SeqLockGroups>(
                current,
                hashes[slot],
                *Table<TKey, TValue>.KeyAt(group, slot),
                *Table<TKey, TValue>.ValueAt(group, slot));
        }

        GroupVersion.MarkMoved(group);
        side->GroupsMoved++;
    }

    /// <summary>Makes room for an insert by starting a migration to a larger table.</summary>
    /// <exception cref="OutOfMemoryException">The larger table cannot be allocated; nothing has changed.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        ReadView* view = View;
        if (!view->Previous.IsNone)
        {
            // Never reached while every write moves its share. Without this check, a second growth would lose the
            // previous table.
            throw new InvalidOperationException("A table filled up before its migration ended.");
        }

        TableSize size = Map.IsSentinel(view->Current)
            ? TableSize.PowerOfTwo(0)
            : TableSize.GrowFrom(view->Current.Groups);
        StartMigration(Map.AllocateTable(size, reserved: false));
        if (!view->Previous.IsNone)
        {
            // The first share is moved at once, so that a small table is never seen migrating.
            Help();
        }
        else
        {
            WakeBackground();
        }
    }

    /// <summary>Makes a new table current and the old one previous. Requires that there is no previous table. If the
    /// shard is empty, nothing has to be moved, and the old table is retired instead.</summary>
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
        side->PopulatedBytes = Map.HugePages ? Map.Arena.ReadyBytes(next.Base) : 0;
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

    /// <summary>Drops the emptied table from the view, and retires it unless it belongs to a snapshot.</summary>
    private void EndMigration()
    {
        ReadView* view = View;
        WriteSide* side = Side;
        ulong groups = view->Previous.Groups;
        TableRef emptied = TakePrevious();
        ViewGeneration.BeginChange(view);
        view->Previous = TableRef.None;
        EndViewChange();
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is published before the block's memory changes
        EndCompaction();
        side->MigrationsFinished++;
        ShardEvents.Listener?.MigrationStop(side, groups, completed: true);
        if (Map.HugePages)
        {
            UseHugePages(grew: groups < view->Current.Groups);
        }

        Retire(emptied);
    }

    /// <summary>Moves the current table to huge pages, and asks for a block for the table that the shard will grow
    /// into.</summary>
    private readonly void UseHugePages(bool grew)
    {
        TableRef current = View->Current;
        if (current.Size.Bytes(Stride) >= ShardSet<TKey, TValue, THasher>.MinCollapseBytes)
        {
            Map.Arena.PostCollapse(current.Base);
        }

        if (grew)
        {
            Map.Arena.PostReady(TableSize.GrowFrom(current.Groups).Bytes(Stride), Map.ShardCount);
        }
    }

    /// <summary>Counts a removal, and rebuilds the table at the same size after as many removals as it holds entries.
    /// By then the rebuild pays for itself: overflow counts that are stuck at their maximum make probes longer than
    /// necessary.</summary>
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
            // A failed rebuild is harmless: it would only have made probes shorter.
        }
    }
}
