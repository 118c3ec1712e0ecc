using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Optimistic attempts before a read takes the lock: a tight writer must not live-lock it (hazard H8).</summary>
    private const int MaxReadAttempts = SchedulePoint.IsScheduled ? 3 : 32;

    /// <summary>What a look at a group, or a whole walk, has found.</summary>
    private enum Finding
    {
        /// <summary>The key is not here, nor further along the walk.</summary>
        Miss,

        /// <summary>The key is not here; the walk goes on.</summary>
        Passed,

        /// <summary>The key and its value.</summary>
        Hit,

        /// <summary>A writer was in the way: the answer is not known.</summary>
        Torn,
    }

    /// <summary>The start of every lookup: the home group of a shard that is not migrating, and the first equal tag.
    /// That settles nearly all lookups in few instructions and registers; the rest goes to <see cref="TryRead"/>.</summary>
    /// <returns>Whether the lookup is settled; if so, <paramref name="found"/> and <paramref name="value"/> are the answer;
    /// otherwise <paramref name="value"/> is not set.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public readonly bool TryReadHome(TKey key, ulong hash, out TValue value, out bool found)
    {
        ReadView* view = ViewOf(hash);
        ulong generation = ViewGeneration.BeginRead(view);
        SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "reader: current");
        TableRef table = view->Current;
        if ((generation & (ViewGeneration.Busy | ViewGeneration.Migrating)) != 0)
        {
            goto Unsettled;
        }

        // The table's kind stands in its own word. The generation could not tell it: the table may have been replaced
        // since, and the other kind's arithmetic points outside the block (hazard H1).
        Group* group = Table<TKey, TValue>.HomeGroup(table, hash);
        ulong version = GroupVersion.BeginRead(group);
        if ((version & (GroupVersion.Written | GroupVersion.Moved)) != 0)
        {
            goto Unsettled;
        }

        ulong match = Table<TKey, TValue>.MatchUnlocked(GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (match != 0)
        {
            // Copies first, then the version, and only then a look at the key (hazard H5).
            byte* slot = SlotAt(group, match);
            SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
            TKey candidate = *(TKey*)slot;
            SchedulePoint.BeforeRead(slot + GroupShape<TKey, TValue>.ValueOffset, sizeof(TValue), "reader: value");
            TValue copy = *(TValue*)(slot + GroupShape<TKey, TValue>.ValueOffset);
            if (GroupVersion.Validate(group, version)
                && key.Equals(candidate)
                && ViewGeneration.ValidateAfterVersion(view, generation))
            {
                value = copy;
                found = true;
                return true;
            }
        }
        else if (!ControlWord.HasOverflow(GroupVersion.ReadControl(group))
            && ViewGeneration.Validate(view, generation))
        {
            // The control word was read twice: an entry stays in its group while it is present, so one that the first
            // look did not show lies further along, and then the second shows a count. A map that is disposed has a
            // sentinel with a count in each shard, so its misses are not settled here.
            value = default;
            found = false;
            return true;
        }

    Unsettled:
        Unsafe.SkipInit(out value);
        found = false;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static byte* SlotAt(Group* group, ulong match) =>
        (byte*)group + GroupShape.HeaderBytes + ControlGroups.LowestSlotOffset(match, GroupShape<TKey, TValue>.SlotBytes);

    /// <summary>A lock-free reader's look at one group.</summary>
    // Safety: the group lies in a block that stays mapped while the map lives, whatever has become of its table.
    private static Finding Look(Group* group, uint tag, TKey key, out TValue value)
    {
        ulong version = GroupVersion.BeginRead(group);
        ulong control = GroupVersion.ReadControl(group);
        ulong match = Table<TKey, TValue>.MatchUnlocked(control, tag);
        if ((version & (GroupVersion.Written | GroupVersion.Moved)) != 0)
        {
            if ((version & GroupVersion.Written) != 0)
            {
                value = default;
                return Finding.Torn;
            }

            match = 0;
        }

        for (; match != 0; match = ControlGroups.ClearLowest(match))
        {
            // Copies first, then the version, and only then a look at the key (hazard H5).
            byte* slot = SlotAt(group, match);
            SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
            TKey candidate = *(TKey*)slot;
            SchedulePoint.BeforeRead(slot + GroupShape<TKey, TValue>.ValueOffset, sizeof(TValue), "reader: value");
            TValue copy = *(TValue*)(slot + GroupShape<TKey, TValue>.ValueOffset);
            if (!GroupVersion.Validate(group, version))
            {
                value = default;
                return Finding.Torn;
            }

            if (key.Equals(candidate))
            {
                value = copy;
                return Finding.Hit;
            }
        }

        // A negative answer needs no version: the control word is atomic, and moves leave it alone.
        value = default;
        return ControlWord.HasOverflow(control) ? Finding.Passed : Finding.Miss;
    }

    /// <summary>The walk of a lock-free reader through one table.</summary>
    // Safety: every index is bounded by the size that stands in the same word as the address.
    private static Finding Walk(TableRef table, ulong hash, TKey key, out TValue value)
    {
        uint tag = HashBits.Tag(hash);
        ulong groups = table.Groups;
        ulong index = table.Home(hash);
        byte* block = table.Base;
        for (ulong step = 0; step < groups; step++)
        {
            Finding finding = Look((Group*)(block + (index * (uint)Stride)), tag, key, out value);
            if (finding != Finding.Passed)
            {
                return finding;
            }

            index = index + 1 == groups ? 0 : index + 1;
        }

        value = default;
        return Finding.Miss;
    }

    /// <summary>Reads a value: both tables, several attempts, then the lock.</summary>
    public readonly bool TryRead(TKey key, ulong hash, out TValue value)
    {
        ReadView* view = ViewOf(hash);
        for (int attempt = 0; attempt < MaxReadAttempts; attempt++)
        {
            ulong generation = ViewGeneration.BeginRead(view);
            if ((generation & ViewGeneration.Busy) == 0)
            {
                Finding result = Finding.Miss;
                value = default;
                if ((generation & ViewGeneration.Migrating) != 0)
                {
                    SchedulePoint.BeforeRead(&view->Previous, sizeof(TableRef), "reader: previous");
                    TableRef previous = view->Previous;

                    // None if the migration has ended since: the address is looked at before it is used (hazard H1).
                    result = previous.IsNone ? Finding.Torn : Walk(previous, hash, key, out value);
                }

                if (result == Finding.Miss)
                {
                    SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "reader: current");
                    result = Walk(view->Current, hash, key, out value);
                }

                if (result != Finding.Torn && ViewGeneration.Validate(view, generation))
                {
                    if (result == Finding.Miss)
                    {
                        ThrowIfDisposed();
                    }

                    return result == Finding.Hit;
                }
            }
            else if (SideOf(view)->IsExclusive != 0)
            {
                break;
            }

            if (ShardEvents.CountsReadRetries)
            {
                Interlocked.Increment(ref _header->ReadRetries);
            }

            Thread.SpinWait(1 + attempt);
        }

        return TryReadLocked(key, hash, view, out value);
    }

    /// <summary>The read of last resort. A thread that owns the shard's lock already reads directly; one that owns
    /// another shard's (in a callback) may wait here, because a shard under a callback can be read without a lock.</summary>
    private readonly bool TryReadLocked(in TKey key, ulong hash, ReadView* view, out TValue value)
    {
        WriteSide* side = SideOf(view);
        ThreadState thread = ThreadState.Current;
        thread.ReserveCallback();
        if (ShardLock.IsOwnedBy(side, thread))
        {
            return TryReadGuarded(thread, key, hash, view, out value);
        }

        ShardLock.ThrowIfExclusive(side, thread, "read");
        ShardLock.Enter(side, thread);
        try
        {
            side->ReadFallbacks++;
            ShardEvents.Listener?.ReadFallback(side, thread.Id);
            return TryReadGuarded(thread, key, hash, view, out value);
        }
        finally
        {
            ShardLock.Exit(side);
        }
    }

    /// <summary>As <see cref="TryReadOwned"/>, where the key's Equals must not write to the map. After
    /// <see cref="ThreadState.ReserveCallback"/>.</summary>
    private readonly bool TryReadGuarded(ThreadState thread, in TKey key, ulong hash, ReadView* view, out TValue value)
    {
        thread.EnterCallback(_arena);
        try
        {
            return TryReadOwned(key, hash, view, out value);
        }
        finally
        {
            thread.LeaveCallback();
        }
    }

    private readonly bool TryReadOwned(in TKey key, ulong hash, ReadView* view, out TValue value)
    {
        ThrowIfDisposed();
        if ((!view->Previous.IsNone && Table<TKey, TValue>.TryFind(view->Previous, hash, key, out SlotRef slot))
            || Table<TKey, TValue>.TryFind(view->Current, hash, key, out slot))
        {
            SchedulePoint.BeforeRead(Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot), sizeof(TValue), "reader: value under the lock");
            GroupVersion.AwaitHolder(slot.Group);
            value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
            return true;
        }

        value = default;
        return false;
    }
}
