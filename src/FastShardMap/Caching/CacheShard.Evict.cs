using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Caching;

internal readonly unsafe ref partial struct CacheShard<TKey, TValue, THasher>
{
    /// <summary>Evicts up to this many entries, for Trim.</summary>
    /// <returns>The number of entries that have left, expired ones included.</returns>
    public long Trim(long entries, uint now)
    {
        long before = Side->Count;
        long until = Math.Max(0, before - entries);
        while (Side->Count > until)
        {
            EvictOne(now, ShardCacheRemovalCause.Trimmed);
        }

        return before - Side->Count;
    }

    /// <summary>Removes one entry of the shard: the next that the policy gives up, or an expired one that stands before
    /// it.</summary>
    // If the hasher of the user throws, the entry is still at the head of its ring, and nothing has changed but marks.
    private void EvictOne(uint now, ShardCacheRemovalCause cause)
    {
        TableRef table = Table;
        for (int pops = 1;; pops++)
        {
            bool isSmall =
                _cache->SmallCount != 0 && (_cache->MainCount == 0 || Rings.IsSmallFull(_cache));
            if (!isSmall && _cache->MainCount == 0)
            {
                throw new InvalidOperationException("An entry of a cache has no place in a ring.");
            }

            _cache->Pops++;
            SlotPosition position = isSmall ? Rings.PeekSmall(_cache) : Rings.PeekMain(_cache);
            Group* group = Table<TKey, CacheEntry<TValue>>.GroupAt(table, position.Group);
            if (!ControlWord.IsOccupied(ControlWord.ControlByte(group->Control, position.Slot)))
            {
                Pop(isSmall);
                Leave(position);
                continue;
            }

            SlotRef slot = new(group, position.Slot);
            CacheEntry<TValue>* entry = EntryAt(slot);
            Sharding.GroupVersion.AwaitUnlocked(group);
            byte mark = Math.Min(entry->Mark, CacheEntry<TValue>.MaxMark); // once: readers may store it at any time
            bool isExpired = HasExpired(entry->Expiry, now);
            bool isSpared = !isExpired && (isSmall ? mark >= 2 : mark > 0);
            if (isSpared && pops < MaxPops)
            {
                entry->Mark = (byte)(isSmall ? 0 : mark - 1);
                Pop(isSmall);
                Rings.PushMain(_cache, position);
                continue;
            }

            ulong hash = _shard.Map.Hash(*Table<TKey, CacheEntry<TValue>>.KeyAt(group, position.Slot));
            Note(slot, isExpired ? ShardCacheRemovalCause.Expired : cause);
            Pop(isSmall);
            Leave(position);
            RemoveNoted(hash, slot);
            if (isExpired)
            {
                _cache->Expired++;
                return;
            }

            _cache->Trimmed += cause == ShardCacheRemovalCause.Trimmed ? 1 : 0;
            _cache->Evicted += cause == ShardCacheRemovalCause.Evicted ? 1 : 0;
            _cache->Forced += isSpared ? 1 : 0;
            Ghosts.Add(_cache, hash, wasInMain: !isSmall);
            return;
        }
    }

    private void Pop(bool isSmall)
    {
        if (isSmall)
        {
            Rings.PopSmall(_cache);
        }
        else
        {
            Rings.PopMain(_cache);
        }
    }

    private void Leave(SlotPosition position) => _cache->InRing[position.Group] &= (byte)~position.Bit;
}
