using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Probing;
using FastShardMap.Records;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap.Caching;

// VALUES OF ANY LENGTH in a cache. What is said in LockedShard.Blobs.cs holds here too, except:
//   - A shard has two limits of bytes. The records of its entries never take more than RecordLimit: what is added
//     evicts as many entries as it needs. Segments and large records never take more than RecordRoom, which is more,
//     because released records of some lengths are of no use for entries of other lengths.
//   - When a record needs a segment for which there is no room, the records of the shard are moved together: see
//     CacheShard.Compaction.cs.
internal readonly unsafe ref partial struct CacheShard<TKey, TValue, THasher>
{
    /// <summary>Free records are worth a compaction from this share of the room on; until then, entries are
    /// evicted.</summary>
    private const int FreeShare = 8;

    private static bool HasBlobs => BlobStore<TKey, CacheEntry<TValue>>.HasBlobs;

    private RecordHeap* Heap => Shard<TKey, CacheEntry<TValue>, THasher>.HeapOf(Side);

    private Arena Arena => _shard.Map.Arena;

    private bool IsBeyond(long added) => Heap->LiveBytes + Heap->LargeBytes + added > _cache->RecordLimit;

    /// <summary>Copies the bytes of a presented entry to a record, for which entries are evicted.</summary>
    private void KeepBlob(ref TKey key, ref CacheEntry<TValue> entry, uint now)
    {
        MakeRoom(BlobStore<TKey, CacheEntry<TValue>>.RecordBytesOf(key, entry, out long bytes), bytes, now);
        if (!BlobStore<TKey, CacheEntry<TValue>>.TryKeep(Heap, Arena, _shard.Map.Seed, ref key, ref entry))
        {
            Retire(BlobStore<TKey, CacheEntry<TValue>>.Release(Heap, Arena, key, entry));
            throw KeyBytes.Changed();
        }
    }

    /// <summary>Gives a present entry another value. If that needs an eviction, the entry is removed first, so that it
    /// is not the one which is evicted.</summary>
    private void ReplaceBlob(ulong hash, in TKey key, SlotRef slot, in CacheEntry<TValue> entry, uint now)
    {
        TKey oldKey = *Table<TKey, CacheEntry<TValue>>.KeyAt(slot.Group, slot.Slot);
        CacheEntry<TValue> old = *EntryAt(slot);
        long added = BlobStore<TKey, CacheEntry<TValue>>.RecordBytesOf(oldKey, entry, out long bytes);
        if (IsBeyond(added) || !HasRoom(bytes) || HasOldRecords(slot.Group))
        {
            RemoveNoted(hash, slot);
            try
            {
                Insert(hash, key, entry, now);
            }
            catch
            {
                // The old value is gone, and its bytes are no longer there for a notice.
                _cache->Evicted++;
                _cache->EvictedForBytes++;
                _removals?.Lose();
                throw;
            }

            _cache->Added--; // replaced, and not added
            return;
        }

        TKey newKey = oldKey;
        CacheEntry<TValue> value = entry;
        BlobStore<TKey, CacheEntry<TValue>>.KeepAgain(Heap, Arena, ref newKey, ref value);
        Table<TKey, CacheEntry<TValue>>.Replace<SeqLockGroups>(slot, newKey, value);
        Retire(BlobStore<TKey, CacheEntry<TValue>>.Release(Heap, Arena, oldKey, old));
    }

    private void RemoveBlob(ulong hash, SlotRef slot)
    {
        TKey key = *Table<TKey, CacheEntry<TValue>>.KeyAt(slot.Group, slot.Slot);
        CacheEntry<TValue> entry = *EntryAt(slot);
        Table<TKey, CacheEntry<TValue>>.Remove<SeqLockGroups>(Table, hash, slot);
        Side->Count--;

        // [E16] release: the fence after the odd version ([E3]) is between the removal and all stores to the record;
        // pairs with the checks after the copy in Shard.ProbeBlobGroup.
        if (HasOldRecords(slot.Group))
        {
            ForgetRecord(key, entry);
        }
        else
        {
            Retire(BlobStore<TKey, CacheEntry<TValue>>.Release(Heap, Arena, key, entry));
        }
    }

    /// <summary>Gives up all records. No slot refers to them any longer.</summary>
    private void DropRecords()
    {
        if (HasBlobs)
        {
            Retire(RecordMemory.DropAll(Heap));
            if (_cache->IsMoving != 0)
            {
                LeaveCompaction();
            }
        }
    }

    // Under the lock, so that what the next writer takes does not come on top of it.
    private void Retire(RecordSegment* segments)
    {
        if (segments is not null)
        {
            Shard<TKey, CacheEntry<TValue>, THasher>.RetireRecords(Heap, segments);
            _shard.Map.RetireSegments(Side->ShardIndex);
        }
    }

    private bool HasRoom(long bytes) => bytes == 0 || RecordMemory.HasRoom(Heap, bytes, _cache->RecordRoom);

    /// <summary>Evicts entries until the limits allow another record.</summary>
    private void MakeRoom(long added, long bytes, uint now)
    {
        while (IsBeyond(added) && Side->Count > 0)
        {
            EvictForBytes(now);
        }

        bool hasBegun = false;
        while (!HasRoom(bytes))
        {
            if (!hasBegun && Heap->FreeBytes >= _cache->RecordRoom / FreeShare && TryBeginCompaction())
            {
                hasBegun = true;
            }
            else if (_cache->IsMoving != 0 && !hasBegun)
            {
                // Rare: the new segments have become full of released records before the old ones were empty.
                while (CompactSome(MovedGroupsPerHold, MovedBytesPerHold))
                {
                }
            }
            else if (Side->Count > 0)
            {
                EvictForBytes(now);
            }
            else
            {
                DropRecords(); // all are free, and of lengths that are of no use here
                break;
            }
        }
    }

    private void EvictForBytes(uint now)
    {
        long evicted = _cache->Evicted;
        EvictOne(now, ShardCacheRemovalCause.Evicted);
        _cache->EvictedForBytes += _cache->Evicted - evicted;
    }
}
