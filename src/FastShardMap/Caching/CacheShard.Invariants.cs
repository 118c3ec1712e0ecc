using System.Globalization;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Caching;

internal readonly unsafe ref partial struct CacheShard<TKey, TValue, THasher>
{
    /// <summary>Checks the table, the rings and what one says of the other.</summary>
    /// <param name="hashOf">Computes the hash of a key.</param>
    /// <returns>A description of each violation; empty if there is none.</returns>
    public List<string> FindViolations(Func<TKey, ulong> hashOf)
    {
        List<string> violations =
            [.. Table<TKey, CacheEntry<TValue>>.FindViolations(Table, hashOf, out long entries)];
        if (Side->Count != entries)
        {
            violations.Add(Text($"the count is {Side->Count}, the table has {entries} entries"));
        }

        if (Side->Count > _cache->Limit)
        {
            violations.Add(Text($"{Side->Count} entries are more than the limit of {_cache->Limit}"));
        }

        if (_cache->SmallTarget > Math.Max(2, _cache->Limit) || _cache->SmallTarget < 1)
        {
            violations.Add(Text($"the small ring has a target of {_cache->SmallTarget} halves"));
        }

        if (HasBlobs)
        {
            violations.AddRange(_shard.Map.FindRecordViolations(_shard.View, Side));
            long held = Heap->SegmentBytes + Heap->LargeBytes;
            if (Heap->LiveBytes + Heap->LargeBytes > _cache->RecordLimit || held > _cache->RecordRoom)
            {
                violations.Add(Text(
                    $"{Heap->LiveBytes} bytes of records in {held} exceed {_cache->RecordLimit} or the room"));
            }
        }

        bool isMoving = _cache->IsMoving != 0;
        if (isMoving != (First->Compacting == Side->ShardIndex + 1) || (!isMoving && _cache->MoveCursor != 0))
        {
            violations.Add(Text($"the marks of a compaction are {First->Compacting} and {_cache->IsMoving}"));
        }

        HashSet<uint> places = [];
        Collect(_cache->Small, _cache->SmallHead, _cache->SmallCount, _cache->SmallRoom, places, violations);
        Collect(_cache->Main, _cache->MainHead, _cache->MainCount, _cache->MainRoom, places, violations);
        for (ulong index = 0; index < Table.Groups; index++)
        {
            ulong control = Table<TKey, CacheEntry<TValue>>.GroupAt(Table, index)->Control;
            bool isMarked = (_cache->InRing[index] & CacheSide.MovedBit) != 0;
            if (isMarked && (!isMoving || index < _cache->MoveCursor))
            {
                violations.Add(Text($"group {index} still has the mark of a compaction"));
            }

            if (HasBlobs)
            {
                AddMisplaced(index, violations);
            }

            for (int slot = 0; slot < GroupShape<TKey, CacheEntry<TValue>>.Slots; slot++)
            {
                SlotPosition position = SlotPosition.Of(index, slot);
                bool hasPlace = places.Contains(position.Word);
                if (hasPlace != ((_cache->InRing[index] & position.Bit) != 0))
                {
                    violations.Add(Text($"group {index} slot {slot}: its bit and the rings disagree"));
                }

                if (!hasPlace && ControlWord.IsOccupied(ControlWord.ControlByte(control, slot)))
                {
                    violations.Add(Text($"group {index} slot {slot}: an entry has no place in a ring"));
                }
            }
        }

        return violations;
    }

    /// <summary>Looks for records that are in old segments although their group was moved, or the other way
    /// round.</summary>
    private void AddMisplaced(ulong index, List<string> violations)
    {
        Group* group = Table<TKey, CacheEntry<TValue>>.GroupAt(Table, index);
        foreach (int slot in Table<TKey, CacheEntry<TValue>>.Occupied(group->Control))
        {
            RecordKey key = Unsafe.BitCast<TKey, RecordKey>(*Table<TKey, CacheEntry<TValue>>.KeyAt(group, slot));
            BlobRef blob = BlobStore<TKey, CacheEntry<TValue>>.BlobOf(*EntryAt(new SlotRef(group, slot)));
            long bytes = BlobStore<TKey, CacheEntry<TValue>>.BytesOf(key, blob);
            byte* record = BlobStore<TKey, CacheEntry<TValue>>.RecordOf(key, blob);
            bool isOld = false;
            for (RecordSegment* old = Heap->OldSegments; old is not null; old = old->Next)
            {
                isOld |= record > (byte*)old && record < (byte*)old + old->Bytes;
            }

            if (bytes != 0 && !RecordMemory.IsLarge(bytes) && isOld != HasOldRecords(group))
            {
                violations.Add(Text($"group {index} slot {slot}: its record is in the wrong segments"));
            }
        }
    }

    private static void Collect(
        uint* ring, uint head, uint count, uint room, HashSet<uint> places, List<string> violations)
    {
        if (count > room || head >= room)
        {
            violations.Add(Text($"a ring of {room} places has {count} from {head} on"));
            return;
        }

        for (uint index = 0; index < count; index++)
        {
            uint word = ring[((ulong)head + index) % room];
            if (!places.Add(word))
            {
                violations.Add(Text($"slot {new SlotPosition(word).Slot} has two places in the rings"));
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
