using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Probing;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap.Caching;

// THE POLICY is that of S3-FIFO (Yang et al., SOSP 2023) with a small ring whose share moves. Entries stay where they
// are in the table; two rings per shard hold the positions of their slots in the order of their arrival.
//
//   add        a new entry goes to the small ring; or to the main ring, if it was evicted a short time before
//   hit        the reader raises the mark of the slot, up to 3; nothing moves
//   evict      from the small ring while it has its share, otherwise from the main ring:
//              small ring: an entry with a mark of 2 or more goes to the main ring with mark 0, any other one leaves
//              main ring:  a marked entry goes to the back with a mark lower by 1, any other one leaves
//              an entry that leaves becomes a ghost: a fingerprint, remembered for as many evictions as the shard has
//              entries
//   ghost      an addition that finds a young ghost of the small ring enlarges that ring's share; one that finds a
//              ghost of the main ring lowers it
//
// SLOTS AND RINGS. A slot has at most one place in the rings. A removal does not search for it: the place stays, and
// the next entry of the slot inherits it, or an eviction that meets the empty slot drops it. So neither ring can
// overflow.
//
// THE TABLE NEVER CHANGES ITS SIZE OR ITS PLACE. A reader that has found an entry stores its mark after everything was
// validated; by then the table may be any other one, if there were others (hazard H28).

/// <summary>The writes of a cache under the lock of one shard.</summary>
/// <param name="shard">The shard, whose lock the thread owns.</param>
/// <param name="cache">The rings of the shard.</param>
/// <param name="clock">The clock of the cache.</param>
/// <param name="removals">Gets the entries that are removed; null if the cache gives no notices.</param>
internal readonly unsafe ref partial struct CacheShard<TKey, TValue, THasher>(
    Shard<TKey, CacheEntry<TValue>, THasher> shard,
    CacheSide* cache,
    CacheClock clock,
    RemovalBatch<TKey, TValue>? removals)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Ring entries that one eviction looks at before it evicts whatever comes.</summary>
    private const int MaxPops = 16;

    private readonly Shard<TKey, CacheEntry<TValue>, THasher> _shard = shard;
    private readonly CacheSide* _cache = cache;
    private readonly CacheClock _clock = clock;
    private readonly RemovalBatch<TKey, TValue>? _removals = removals;

    private TableRef Table => _shard.View->Current;

    private WriteSide* Side => _shard.Side;

    /// <summary>Performs one write.</summary>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="operation">The operation.</param>
    /// <returns>The number of entries added.</returns>
    public long Write<TInner>(ulong hash, in TKey key, ref CacheOperation<TValue, TInner> operation)
        where TInner : struct, IEntryOperation<TValue>
    {
        long before = _cache->Added;
        if (!Table<TKey, CacheEntry<TValue>>.TryFind(Table, hash, key, out SlotRef slot))
        {
            if (OnAbsent(ref operation, out CacheEntry<TValue> added) == EntryAction.Store)
            {
                Insert(hash, key, added, operation.Now);
            }

            return _cache->Added - before;
        }

        GroupVersion.AwaitUnlocked(slot.Group);
        CacheEntry<TValue> entry = *EntryAt(slot);
        if (entry.Expiry != 0 || operation.Expiry != 0)
        {
            operation.Advance(_clock.Latest);
        }

        uint now = operation.Now;
        if (ExpiryTick.HasPassed(entry.Expiry, now))
        {
            ReplaceExpired(hash, key, slot, ref operation);
            return _cache->Added - before;
        }

        switch (operation.OnFound(ref entry))
        {
            case EntryAction.Store:
                Table<TKey, CacheEntry<TValue>>.Update<SeqLockGroups>(slot, entry);
                break;
            case EntryAction.Replace:
                ReplaceBlob(hash, key, slot, entry, now);
                break;
            case EntryAction.Remove:
                Remove(hash, slot, ShardCacheRemovalCause.Removed);
                _cache->Removed++;
                break;
            default:
                break;
        }

        return _cache->Added - before;
    }

    /// <summary>Removes all entries. Each group is emptied under its own version.</summary>
    public void Clear()
    {
        TableRef table = Table;
        for (ulong index = 0; index < table.Groups; index++)
        {
            Group* group = Table<TKey, CacheEntry<TValue>>.GroupAt(table, index);
            if (group->Control != ControlWord.Empty)
            {
                NoteAll(group);
                GroupVersion.BeginWrite(group);
                GroupVersion.SetControl(group, ControlWord.Empty);
                GroupVersion.EndWrite(group);
                if (new VersionWord(group->Version).HasFilter)
                {
                    GroupVersion.ClearFilter(group);
                }
            }

            _cache->InRing[index] = 0;
        }

        _cache->Removed += Side->Count;
        Side->Count = 0;
        Side->SaturatedGroups = 0;
        DropRecords();
        Rings.Reset(_cache);
        Ghosts.Reset(_cache);
    }

    /// <summary>Removes the expired entries of some groups. A pass over all of them counts for itself, because the
    /// groups that other passes have swept were compared with their time.</summary>
    /// <param name="first">The first group.</param>
    /// <param name="most">The most groups to sweep; fewer if the table ends before.</param>
    /// <param name="now">The current tick.</param>
    /// <returns>The number of entries removed.</returns>
    public long Sweep(ulong first, ulong most, uint now)
    {
        long removed = 0;
        TableRef table = Table;
        ulong end = Math.Min(first + most, table.Groups);
        for (ulong index = first; index < end; index++)
        {
            removed += SweepGroup(Table<TKey, CacheEntry<TValue>>.GroupAt(table, index), now);
        }

        return removed;
    }

    /// <summary>Removes the expired entries of the group whose turn it is.</summary>
    public void SweepNext(uint now)
    {
        ulong index = _cache->SweepCursor;
        _ = Sweep(index, 1, now);
        _cache->SweepCursor = index + 1 == Table.Groups ? 0 : index + 1;
    }

    private static CacheEntry<TValue>* EntryAt(SlotRef slot) =>
        Table<TKey, CacheEntry<TValue>>.ValueAt(slot.Group, slot.Slot);

    /// <summary>Whether an entry has expired. A tick from before a jump of the clock takes a long life that began after
    /// it for one that is over, so such an entry is compared with the latest tick too. The group of the entry is
    /// unlocked, so the tick that its expiry was computed from is not later than that.</summary>
    private bool HasExpired(uint expiry, uint now) =>
        ExpiryTick.HasPassed(expiry, now) && ExpiryTick.HasPassed(expiry, _clock.Latest);

    private long SweepGroup(Group* group, uint now)
    {
        long removed = 0;
        foreach (int slot in Table<TKey, CacheEntry<TValue>>.Occupied(group->Control))
        {
            SlotRef reference = new(group, slot);
            if (EntryAt(reference)->Expiry == 0)
            {
                continue;
            }

            GroupVersion.AwaitUnlocked(group);
            if (HasExpired(EntryAt(reference)->Expiry, now))
            {
                ulong hash = _shard.Map.Hash(*Table<TKey, CacheEntry<TValue>>.KeyAt(group, slot));
                Remove(hash, reference, ShardCacheRemovalCause.Expired);
                _cache->Expired++;
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Asks an operation for an entry to store. Its life begins now: the thread may have waited for the lock,
    /// and a factory may have taken its time.</summary>
    private EntryAction OnAbsent<TInner>(ref CacheOperation<TValue, TInner> operation, out CacheEntry<TValue> added)
        where TInner : struct, IEntryOperation<TValue>
    {
        EntryAction action = operation.OnAbsent(out added);
        if (action == EntryAction.Store && added.Expiry != 0)
        {
            operation.Advance(TInner.RunsUserCode ? _clock.Exact(out _) : _clock.Latest);
            added.Expiry = operation.Expiry;
        }

        return action;
    }

    private void ReplaceExpired<TInner>(
        ulong hash, in TKey key, SlotRef slot, ref CacheOperation<TValue, TInner> operation)
        where TInner : struct, IEntryOperation<TValue>
    {
        if (OnAbsent(ref operation, out CacheEntry<TValue> added) == EntryAction.Store)
        {
            if (HasBlobs)
            {
                Remove(hash, slot, ShardCacheRemovalCause.Expired);
                _cache->Expired++;
                Insert(hash, key, added, operation.Now);
                return;
            }

            Note(slot, ShardCacheRemovalCause.Expired);
            Table<TKey, CacheEntry<TValue>>.Update<SeqLockGroups>(slot, added);
            _cache->Added++;
        }
        else
        {
            Remove(hash, slot, ShardCacheRemovalCause.Expired);
        }

        _cache->Expired++;
    }

    /// <summary>Adds an entry to the notices. Before it is removed, because the notices may lack memory.</summary>
    private void Note(SlotRef slot, ShardCacheRemovalCause cause) =>
        _removals?.Add(
            *Table<TKey, CacheEntry<TValue>>.KeyAt(slot.Group, slot.Slot), EntryAt(slot)->Value, cause);

    /// <summary>As <see cref="Note"/>, where the removal must not fail: it is one step of many.</summary>
    private void NoteOrLose(SlotRef slot, ShardCacheRemovalCause cause)
    {
        try
        {
            Note(slot, cause);
        }
        catch (OutOfMemoryException)
        {
            _removals!.Lose();
        }
    }

    private void NoteAll(Group* group)
    {
        if (_removals is null)
        {
            return;
        }

        GroupVersion.AwaitUnlocked(group);
        foreach (int slot in Table<TKey, CacheEntry<TValue>>.Occupied(group->Control))
        {
            NoteOrLose(new SlotRef(group, slot), ShardCacheRemovalCause.Removed);
        }
    }

    private void Remove(ulong hash, SlotRef slot, ShardCacheRemovalCause cause)
    {
        Note(slot, cause);
        RemoveNoted(hash, slot);
    }

    private void RemoveNoted(ulong hash, SlotRef slot)
    {
        if (HasBlobs)
        {
            RemoveBlob(hash, slot);
            return;
        }

        Table<TKey, CacheEntry<TValue>>.Remove<SeqLockGroups>(Table, hash, slot);
        Side->Count--;
    }

    private void Insert(ulong hash, in TKey key, in CacheEntry<TValue> added, uint now, bool toMain = false)
    {
        bool isFilling = Side->Count < _cache->Limit;
        while (Side->Count >= _cache->Limit)
        {
            EvictOne(now, ShardCacheRemovalCause.Evicted);
        }

        TKey stored = key;
        CacheEntry<TValue> entry = added;
        if (HasBlobs)
        {
            KeepBlob(ref stored, ref entry, now);
        }

        bool returns = Ghosts.TryTake(_cache, hash, out bool wasInMain, out uint age);
        if (returns)
        {
            _cache->GhostHits++;
            Rings.Adapt(_cache, wasInMain, age);
        }

        SlotPosition position = FirstFree(hash, out Group* group);
        if (HasBlobs && HasOldRecords(group))
        {
            MoveGroup(position.Group);
            position = FirstFree(hash, out group); // a slot before it, if an entry was evicted
        }

        Side->SaturatedGroups +=
            Table<TKey, CacheEntry<TValue>>.Insert<SeqLockGroups>(Table, hash, stored, entry);
        Side->Count++;
        _cache->Added++;
        byte* inRing = _cache->InRing + position.Group;
        if ((*inRing & position.Bit) == 0)
        {
            *inRing |= position.Bit;
            Enter(position, toMain || returns, isFilling);
        }
    }

    /// <summary>Gives a slot its place in a ring.</summary>
    private void Enter(SlotPosition position, bool toMain, bool isFilling)
    {
        if (toMain || _cache->SmallCount == _cache->SmallRoom)
        {
            Rings.PushMain(_cache, position);
            return;
        }

        if (isFilling && Rings.IsSmallFull(_cache))
        {
            // While the shard has room, nothing is evicted, and the small ring would get all of it.
            SlotPosition oldest = Rings.PeekSmall(_cache);
            Rings.PopSmall(_cache);
            Rings.PushMain(_cache, oldest);
        }

        Rings.PushSmall(_cache, position);
    }

    /// <summary>Returns the slot that <see cref="Table{TKey, TValue}"/> will insert into.</summary>
    private SlotPosition FirstFree(ulong hash, out Group* group)
    {
        for (ProbeSequence probe = new(Table, hash, GroupShape<TKey, CacheEntry<TValue>>.StrideBytes);
            !probe.IsOver;
            probe.Advance())
        {
            group = probe.Group;
            ulong free = ControlGroups.MatchEmpty(group->Control, GroupShape<TKey, CacheEntry<TValue>>.Slots);
            if (free != 0)
            {
                return SlotPosition.Of(probe.Index, ControlGroups.LowestSlot(free));
            }
        }

        throw new InvalidOperationException("A shard of a cache is full.");
    }
}
