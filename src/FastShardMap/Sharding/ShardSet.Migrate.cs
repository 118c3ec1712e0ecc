using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Made resident with each write of a young migration: some microseconds (source: compare,
    /// insert-growing-5m and longest-insert-5m; tables below this size take their faults one by one).</summary>
    private const nuint PopulateBytes = 64 * 1024;

    /// <summary>Grown tables of this length and more get huge pages, if those are asked for; smaller ones fit the TLB.</summary>
    private const nuint MinCollapseBytes = PageMemory.HugePageBytes;

    /// <summary>How far ahead of a move its memory is asked for. Two is as good, sixteen worse (growing to 5 M).</summary>
    private const ulong MovesAhead = 4;

    /// <summary>The share of a running migration that a write takes on. Under the lock.</summary>
    /// <returns>The table to retire after the lock is released, or none.</returns>
    /// <remarks>A constant, or as much more as lets the migration end before the current table is full: growth
    /// leaves room for as many inserts as there are entries, so there the constant wins.</remarks>
    private readonly TableRef Help(ReadView* view, WriteSide* side)
    {
        Populate(view, side);
        ulong left = view->Previous.Groups - side->MigrationCursor;
        ulong room = (ulong)Math.Max(1, side->MaxEntries - side->Count);
        ulong share = Math.Max((ulong)_options.MigrationStepGroups, (left + room - 1) / room);
        return Migrate(view, side, Math.Min(share, left));
    }

    /// <summary>Makes the next pages of the growing table resident, well ahead of the moves: one call for sixteen pages
    /// costs a third of the faults (two a page: the first look at a group maps the zero page, the store copies it).</summary>
    private static void Populate(ReadView* view, WriteSide* side)
    {
        nuint bytes = view->Current.Size.Bytes(Stride);
        if (bytes < PopulateBytes || side->PopulatedBytes >= bytes)
        {
            return;
        }

        nuint share = nuint.Min(PopulateBytes, bytes - (nuint)side->PopulatedBytes);
        PageMemory.Prefault(view->Current.Base + side->PopulatedBytes, share);
        side->PopulatedBytes += share;
    }

    /// <summary>Moves the next groups; ends the migration with the last one. Under the lock.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly TableRef Migrate(ReadView* view, WriteSide* side, ulong groups)
    {
        TableRef previous = view->Previous;
        for (; groups > 0; groups--)
        {
            PrefetchMove(previous, view->Current, side->MigrationCursor + MovesAhead);
            MoveGroup(Table<TKey, TValue>.GroupAt(previous, side->MigrationCursor), view->Current, side);
            side->MigrationCursor++;
        }

        return side->MigrationCursor == previous.Groups ? EndMigration(view, side) : TableRef.None;
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

    private readonly void MoveGroup(Group* group, TableRef current, WriteSide* side)
    {
        // A write to a frozen table moves its group ahead of the cursor.
        if ((GroupVersion.AwaitHolder(group) & GroupVersion.Moved) != 0)
        {
            return;
        }

        // All hashes first: a hasher that throws must not leave an entry in both tables.
        ulong* hashes = stackalloc ulong[GroupShape.MaxSlots];
        ulong control = group->Control;
        for (int slot = 0; slot < Slots; slot++)
        {
            if (ControlWord.ControlByte(control, slot) != 0)
            {
                hashes[slot] = Hash(*Table<TKey, TValue>.KeyAt(group, slot));
            }
        }

        if (IsUntouched(side))
        {
            // Those of the previous table until now, which a snapshot might have given back.
            side->SaturatedGroups = 0;
            side->RemovesSinceRebuild = 0;
        }

        for (int slot = 0; slot < Slots; slot++)
        {
            if (ControlWord.ControlByte(control, slot) != 0)
            {
                side->SaturatedGroups += Table<TKey, TValue>.Insert<SeqLockGroups>(
                    current,
                    hashes[slot],
                    *Table<TKey, TValue>.KeyAt(group, slot),
                    *Table<TKey, TValue>.ValueAt(group, slot));
            }
        }

        GroupVersion.MarkMoved(group);
        side->GroupsMoved++;
    }

    /// <summary>Makes room for an insert: finishes a running migration, or starts one to a larger table.</summary>
    /// <exception cref="OutOfMemoryException">The larger table cannot be had; nothing has changed.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void Grow(ReadView* view, WriteSide* side, ref TableRef retired)
    {
        if (!view->Previous.IsNone)
        {
            // Not reached while every write helps by its share; without it, a second growth would lose the previous table.
            throw new InvalidOperationException("A table filled up before its migration ended.");
        }

        TableSize size = IsSentinel(view->Current) ? TableSize.PowerOfTwo(0) : TableSize.GrowFrom(view->Current.Groups);
        TableRef replaced = StartMigration(view, side, AllocateTable(size, reserved: false));
        if (!replaced.IsNone)
        {
            retired = replaced;
        }
        else if (retired.IsNone && !view->Previous.IsNone)
        {
            // The first share at once: so a small table is never seen migrating.
            retired = Help(view, side);
        }
    }

    /// <summary>Makes a new table current and the old one previous. Under the lock, with no previous table.</summary>
    /// <returns>The old table, if it was empty and nothing has to be moved.</returns>
    private readonly TableRef StartMigration(ReadView* view, WriteSide* side, TableRef next)
    {
        TableRef old = view->Current;
        bool nothingToMove = side->Count == 0;
        ViewGeneration.BeginChange(view);
        view->Previous = nothingToMove ? TableRef.None : old;
        view->Current = next;
        ViewGeneration.EndChange(view);
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

        return nothingToMove && !IsSentinel(old) ? old : TableRef.None;
    }

    /// <summary>Drops the emptied table from the view. Under the lock.</summary>
    /// <returns>The table, for its single give-back owner; none if that is a snapshot.</returns>
    private readonly TableRef EndMigration(ReadView* view, WriteSide* side)
    {
        ulong groups = view->Previous.Groups;
        TableRef emptied = TakePrevious(view, side);
        ViewGeneration.BeginChange(view);
        view->Previous = TableRef.None;
        ViewGeneration.EndChange(view);
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is out before the block's memory changes
        side->MigrationsFinished++;
        ShardEvents.Listener?.MigrationStop(side, groups, completed: true);
        if (_options.HugePages && view->Current.Size.Bytes(Stride) >= MinCollapseBytes)
        {
            _arena.PostCollapse(view->Current.Base);
        }

        return emptied;
    }

    private readonly bool IsSentinel(TableRef table) => table.Equals(_sentinel);

    /// <summary>A zeroed table.</summary>
    /// <exception cref="OutOfMemoryException">The system refuses the memory.</exception>
    private readonly TableRef AllocateTable(TableSize size, bool reserved)
    {
        nuint bytes = size.Bytes(Stride);
        bool hugePages = reserved && _options.HugePages;
        byte* block = _arena.Allocate(bytes, hugePages, collapsible: _options.HugePages && bytes >= MinCollapseBytes);
        if (reserved && _options.Prefault)
        {
            PageMemory.Prefault(block, bytes);
        }

        return TableRef.Create(block, size);
    }

    /// <summary>Overflow counts that have stuck make walks longer than they need be; after as many removals as the
    /// table holds entries, a rebuild at the same size pays for itself.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void CountTowardsRebuild(ReadView* view, WriteSide* side, ref TableRef retired)
    {
        if (++side->RemovesSinceRebuild < side->MaxEntries || !view->Previous.IsNone || !retired.IsNone)
        {
            return;
        }

        side->RemovesSinceRebuild = 0;
        try
        {
            TableRef replaced = StartMigration(view, side, AllocateTable(view->Current.Size, reserved: false));
            if (!replaced.IsNone)
            {
                retired = replaced;
            }
        }
        catch (OutOfMemoryException)
        {
            // Slower walks are all that a rebuild would have mended.
        }
    }
}
