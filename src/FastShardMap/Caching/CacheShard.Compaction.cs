using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap.Caching;

// THE RECORDS ARE MOVED TOGETHER when there are many free ones of no use. A cache has no migrations, so the records are
// copied while their entries stay in their slots: each slot gets the address of the copy under the version of its
// group. Readers then find a changed version, as after any other write.
//   - It is done in steps: a write to the shard moves the records of a few groups, and the maintenance thread those of
//     more groups per hold of the lock. A cursor goes from the first group to the last.
//   - Records are taken from new segments from the beginning on. So that no group has records of both kinds, the
//     records of a group are moved before an entry is added to it; the group then has the moved bit until the cursor
//     has passed it. A record that is released from a group which still has old records is left where it is.
//   - While this is done, the shard has its records twice. One shard of a cache does it at a time, and the limit of the
//     cache leaves room for that. Another shard that has no room evicts entries meanwhile.
//   - If the operating system refuses memory, the rest of the records stays where it is; the cursor goes on to the end,
//     and clears the moved bits.
internal readonly unsafe ref partial struct CacheShard<TKey, TValue, THasher>
{
    /// <summary>Groups whose records one hold of the lock by the maintenance thread moves, and the number of bytes
    /// after which it ends.</summary>
    public const ulong MovedGroupsPerHold = 64;
    public const long MovedBytesPerHold = 128 * 1024;

    private const ulong MovedGroupsPerWrite = 8;
    private const long MovedBytesPerWrite = 16 * 1024;

    private CacheSide* First => _cache - Side->ShardIndex;

    /// <summary>Moves the records of a few groups, if the records of the shard are being moved together.</summary>
    public void CompactBesideWrite()
    {
        if (HasBlobs && _cache->IsMoving != 0)
        {
            CompactSome(MovedGroupsPerWrite, MovedBytesPerWrite);
        }
    }

    /// <summary>Moves the records of the next groups.</summary>
    /// <param name="groups">The number of groups.</param>
    /// <param name="bytes">The number of bytes after which no further group is begun.</param>
    /// <returns>Whether groups are left.</returns>
    public bool CompactSome(ulong groups, long bytes)
    {
        if (_cache->IsMoving == 0)
        {
            return false;
        }

        ulong end = Table.Groups;
        for (; groups > 0 && bytes > 0 && _cache->MoveCursor < end; groups--)
        {
            ulong index = _cache->MoveCursor;
            bytes -= MoveGroup(index);
            _cache->InRing[index] &= unchecked((byte)~CacheSide.MovedBit);
            _cache->MoveCursor = index + 1;
        }

        if (_cache->MoveCursor < end)
        {
            return true;
        }

        Retire(RecordMemory.EndCompaction(Heap));
        _cache->Compactions++;
        LeaveCompaction();
        return false;
    }

    /// <summary>Begins to move the records together, unless this is being done in this shard or another one.</summary>
    private bool TryBeginCompaction()
    {
        if (Interlocked.CompareExchange(ref First->Compacting, Side->ShardIndex + 1, 0) != 0)
        {
            return false;
        }

        RecordMemory.BeginCompaction(Heap);
        _cache->MoveCursor = 0;
        _cache->IsMoving = 1;
        return true;
    }

    private void LeaveCompaction()
    {
        _cache->IsMoving = 0;
        _cache->MoveCursor = 0;
        Volatile.Write(ref First->Compacting, 0);
    }

    /// <summary>Whether the records of a group's entries are in segments that are being emptied.</summary>
    private bool HasOldRecords(Group* group) => HasBlobs && Heap->IsCompacting != 0 && !IsMoved(IndexOf(group));

    private bool IsMoved(ulong index) =>
        index < _cache->MoveCursor || (_cache->InRing[index] & CacheSide.MovedBit) != 0;

    private ulong IndexOf(Group* group) =>
        (ulong)((byte*)group - Table.Base) / (uint)GroupShape<TKey, CacheEntry<TValue>>.StrideBytes;

    /// <summary>Moves the records of a group, unless that was done.</summary>
    /// <returns>The number of bytes moved.</returns>
    private long MoveGroup(ulong index)
    {
        long moved = 0;
        if (Heap->IsCompacting == 0 || IsMoved(index))
        {
            return moved;
        }

        Group* group = Table<TKey, CacheEntry<TValue>>.GroupAt(Table, index);
        foreach (int slot in Table<TKey, CacheEntry<TValue>>.Occupied(group->Control))
        {
            if (Heap->IsCompacting != 0)
            {
                moved += MoveRecord(new SlotRef(group, slot));
            }
        }

        _cache->InRing[index] |= CacheSide.MovedBit;
        return moved;
    }

    // If what is lost between the records has become more than there is room for, the entry is evicted instead.
    private long MoveRecord(SlotRef slot)
    {
        TKey key = *Table<TKey, CacheEntry<TValue>>.KeyAt(slot.Group, slot.Slot);
        CacheEntry<TValue> entry = *EntryAt(slot);
        _ = BlobStore<TKey, CacheEntry<TValue>>.RecordBytesOf(key, entry, out long bytes);
        if (bytes == 0 || RecordMemory.IsLarge(bytes))
        {
            return 0;
        }

        if (!HasRoom(bytes))
        {
            NoteOrLose(slot, ShardCacheRemovalCause.Evicted);
            Table<TKey, CacheEntry<TValue>>.Remove<SeqLockGroups>(Table, _shard.Map.Hash(key), slot);
            Side->Count--;
            _cache->Evicted++;
            _cache->EvictedForBytes++;
            ForgetRecord(key, entry);
            return 0;
        }

        BlobStore<TKey, CacheEntry<TValue>>.Move(Heap, Arena, ref key, ref entry);
        Table<TKey, CacheEntry<TValue>>.Replace<SeqLockGroups>(slot, key, entry);
        return bytes;
    }

    /// <summary>Gives up the record of an entry that has left a group with old records.</summary>
    private void ForgetRecord(in TKey key, in CacheEntry<TValue> entry)
    {
        _ = BlobStore<TKey, CacheEntry<TValue>>.RecordBytesOf(key, entry, out long bytes);
        if (RecordMemory.IsLarge(bytes))
        {
            Retire(BlobStore<TKey, CacheEntry<TValue>>.Release(Heap, Arena, key, entry));
        }
        else if (bytes != 0)
        {
            BlobStore<TKey, CacheEntry<TValue>>.Forget(Heap, key, entry);
        }
    }
}
