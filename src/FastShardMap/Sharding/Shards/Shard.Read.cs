using System.Runtime.CompilerServices;
using FastShardMap.Hashing;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
{
    /// <summary>Optimistic attempts before a read takes the lock: a writer in a tight loop must not live-lock it
    /// (hazard H8).</summary>
    private const int MaxReadAttempts = SchedulePoint.IsScheduled ? 3 : 32;

    /// <summary>The first part of every lookup: searches the home group of a shard that is not migrating, for the first
    /// equal tag only. This answers nearly all lookups with few instructions and registers; <see cref="TryRead"/> does
    /// the rest.</summary>
    /// <returns>Whether the lookup is answered. If so, <paramref name="found"/> and <paramref name="value"/> are the
    /// result; otherwise <paramref name="value"/> is not initialized.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public bool TryReadHome(TKey key, ulong hash, out TValue value, out bool found)
    {
        ReadView* view = View;
        GenerationWord generation = ViewGeneration.BeginRead(view);
        TableRef table = ViewGeneration.ReadSettled(view);

        // The kind of the table is encoded in its own word. The generation could not tell it: the table may have been
        // replaced since, and the arithmetic of the other kind computes an address outside the block (hazard H1).
        Group* group;
        if (!table.IsFractional)
        {
            group = (Group*)table.PowerOfTwoHomeGroup(hash, Stride);
        }
        else if (!table.IsUnsettled)
        {
            group = (Group*)table.FractionalHomeGroup(hash, Stride);
        }
        else
        {
            goto Unanswered;
        }

        VersionWord version = GroupVersion.BeginRead(group);
        if (!version.IsStable)
        {
            goto Unanswered;
        }

        ulong match = Table<TKey, TValue>.MatchUnlocked(GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (Sse2ControlGroup.IsSupported ? (uint)match != 0 : match != 0) // spares x64 the extension to 64 bits
        {
            // Copy key and value first, then validate the version, and only then look at the key (hazard H5).
            byte* slot = SlotAt(group, match);
            SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
            KeyCopy<TKey> candidate = new(slot);
            SchedulePoint.BeforeRead(slot + GroupShape<TKey, TValue>.ValueOffset, sizeof(TValue), "reader: value");
            Unsafe.SkipInit(out value);
            Unsafe.SkipInit(out TValue copy);
            if (sizeof(TValue) > WideValue.MaxRegisterBytes)
            {
                // Straight to the caller, to whom it may look torn until this lookup returns.
                WideValue.Copy(slot + GroupShape<TKey, TValue>.ValueOffset, out value);
            }
            else
            {
                copy = *(TValue*)(slot + GroupShape<TKey, TValue>.ValueOffset);
            }

            // The address of a record is followed only after both words have shown that the copy was an entry of this
            // table. What was read there counts only if both are still the same ([E16]).
            if (GroupVersion.Validate(group, version)
                && (!KeyStore<TKey>.HasRecords || MayFollow(view, generation, candidate.Key))
                && candidate.IsEqualTo(key)
                && (!KeyStore<TKey>.HasRecords || GroupVersion.ValidateRecord(group, version))
                && ViewGeneration.ValidateAfterVersion(view, generation))
            {
                if (sizeof(TValue) <= WideValue.MaxRegisterBytes)
                {
                    value = copy;
                }

                found = true;
                return true;
            }
        }
        else if (!version.MayBePassedBy(hash) && ViewGeneration.Validate(view, generation))
        {
            // The filter is older than the tags. When it was read, the key was in no later group; when the tags were
            // read, it was not in this one. An entry stays in its group while it is present, so there was a moment at
            // which the key was absent. In a disposed map, every shard's table is the sentinel with a full filter, so
            // its misses are not answered here.
            value = default;
            found = false;
            return true;
        }

    Unanswered:
        Unsafe.SkipInit(out value);
        found = false;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static byte* SlotAt(Group* group, ulong match) =>
        (byte*)group
        + GroupShape.HeaderBytes
        + ControlGroups.LowestSlotOffset(match, GroupShape<TKey, TValue>.SlotBytes);

    /// <summary>Searches one group for a key, without a lock.</summary>
    // Safety: the group lies in a block that stays mapped while the map lives, whatever has become of its table.
    private static ProbeResult ProbeGroup(Group* group, ulong hash, TKey key, out TValue value)
    {
        VersionWord version = GroupVersion.BeginRead(group);
        ulong control = GroupVersion.ReadControl(group);
        ulong match = Table<TKey, TValue>.MatchUnlocked(control, HashBits.Tag(hash));
        if (!version.IsStable)
        {
            if (version.IsWritten)
            {
                ClearUnlessWide(out value);
                return ProbeResult.Conflict;
            }

            match = 0;
        }

        for (; match != 0; match = ControlGroups.ClearLowest(match))
        {
            // Copy key and value first, then validate the version, and only then look at the key (hazard H5).
            byte* slot = SlotAt(group, match);
            SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
            TKey candidate = *(TKey*)slot;
            SchedulePoint.BeforeRead(slot + GroupShape<TKey, TValue>.ValueOffset, sizeof(TValue), "reader: value");
            CopyValue(slot + GroupShape<TKey, TValue>.ValueOffset, out value);
            if (!GroupVersion.Validate(group, version))
            {
                ClearUnlessWide(out value);
                return ProbeResult.Conflict;
            }

            if (key.Equals(candidate))
            {
                return ProbeResult.Hit;
            }
        }

        // A miss needs no validation: TryReadHome has the argument, and moving a group leaves filter and tags as they
        // are.
        ClearUnlessWide(out value);
        return version.MayBePassedBy(hash) ? ProbeResult.Passed : ProbeResult.Miss;
    }

    /// <summary>Copies a value. The copy counts only after it is validated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-100k-256
    private static void CopyValue(byte* place, out TValue value)
    {
        if (sizeof(TValue) > WideValue.MaxRegisterBytes)
        {
            WideValue.Copy(place, out value);
        }
        else
        {
            value = *(TValue*)place;
        }
    }

    /// <summary>Clears a value that no search has found. Wide ones are cleared once, when the search is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-100k-256
    private static void ClearUnlessWide(out TValue value)
    {
        Unsafe.SkipInit(out value);
        if (sizeof(TValue) <= WideValue.MaxRegisterBytes)
        {
            value = default;
        }
    }

    /// <summary>Searches one table for a key, without a lock.</summary>
    private static ProbeResult Probe(TableRef table, ulong hash, TKey key, out TValue value)
    {
        for (ProbeSequence probe = new(table, hash, Stride); !probe.IsOver; probe.Advance())
        {
            ProbeResult result = ProbeGroup(probe.Group, hash, key, out value);
            if (result != ProbeResult.Passed)
            {
                return result;
            }
        }

        ClearUnlessWide(out value);
        return ProbeResult.Miss;
    }

    /// <summary>Reads a value from both tables: optimistically for several attempts, then under the lock.</summary>
    public bool TryRead(TKey key, ulong hash, out TValue value)
    {
        ReadView* view = View;
        for (int attempt = 0; attempt < MaxReadAttempts; attempt++)
        {
            GenerationWord generation = ViewGeneration.BeginRead(view);
            if (!generation.IsBusy)
            {
                ProbeResult result = ProbeResult.Miss;
                ClearUnlessWide(out value);
                if (generation.IsMigrating)
                {
                    SchedulePoint.BeforeRead(&view->Previous, sizeof(TableRef), "reader: previous");
                    TableRef previous = view->Previous;

                    // None if the migration has ended since. The reference is checked before its address is used
                    // (hazard H1).
                    result = previous.IsNone ? ProbeResult.Conflict
                        : KeyStore<TKey>.HasRecords ? ProbeRecords(generation, previous, hash, key, out value)
                        : Probe(previous, hash, key, out value);
                }

                if (result == ProbeResult.Miss)
                {
                    SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "reader: current");
                    result = KeyStore<TKey>.HasRecords
                        ? ProbeRecords(generation, view->Current, hash, key, out value)
                        : Probe(view->Current, hash, key, out value);
                }

                if (result != ProbeResult.Conflict && ViewGeneration.Validate(view, generation))
                {
                    if (result == ProbeResult.Miss)
                    {
                        value = default;
                        _map.ThrowIfDisposed();
                    }

                    return result == ProbeResult.Hit;
                }
            }
            else if (Side->IsExclusive != 0)
            {
                break;
            }

            if (ShardEvents.CountsReadRetries)
            {
                Interlocked.Increment(ref _map.Header->ReadRetries);
            }

            Thread.SpinWait(1 + attempt);
        }

        return TryReadLocked(key, hash, out value);
    }

    /// <summary>Reads under the lock. A thread that already owns the shard's lock reads directly. A thread that owns
    /// the lock of another shard (in a callback) may wait here, because a shard that runs a callback can be read
    /// without a lock.</summary>
    private bool TryReadLocked(in TKey key, ulong hash, out TValue value)
    {
        value = default; // an exception must not leave what an attempt has copied
        ThreadState thread = ThreadState.Current;
        thread.ReserveCallback();
        if (ShardLock.IsOwnedBy(Side, thread))
        {
            using LockedShard<TKey, TValue, THasher> owned =
                LockedShard<TKey, TValue, THasher>.OwnedAlready(this, thread, guarded: true);
            return owned.TryRead(hash, key, out value);
        }

        ShardLock.ThrowIfExclusive(Side, thread, "read");
        using LockedShard<TKey, TValue, THasher> locked = Enter(thread, guarded: true);
        Side->ReadFallbacks++;
        ShardEvents.Listener?.ReadFallback(Side, thread.Id);
        return locked.TryRead(hash, key, out value);
    }
}
