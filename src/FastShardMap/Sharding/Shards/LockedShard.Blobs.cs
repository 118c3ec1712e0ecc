using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// VALUES OF ANY LENGTH. The bytes of a value are in the record of its entry, behind those of the key
// (Records/BlobStore.cs). A record never changes, so a write to a present key makes another record:
//   - It fills the record first, and then exchanges the words of the slot under one version ([E4] carries both).
//   - Then it releases the record from before, as a removal does ([E16]).
//   - While the shard is compacted, the group of the key is moved first, as if its table were frozen. A new record is
//     thus never named by the table that is being emptied, whose records are all given up together.
internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    private readonly bool HasRetiredRecords => Volatile.Read(ref *(ulong*)&Heap->RetiredSegments) != 0;

    /// <summary>Reads a value of any length under the lock.</summary>
    public readonly bool TryReadBlob(ulong hash, in TKey key, ref BlobCopy copy, out TValue value)
    {
        bool found = TryRead(hash, key, out value);
        if (found)
        {
            copy.Take(BlobStore<TKey, TValue>.BlobOf(value));
        }

        return found;
    }

    private readonly int InsertBlob(ulong hash, in TKey key, in TValue value)
    {
        TKey storedKey = key;
        TValue storedValue = value;
        if (!BlobStore<TKey, TValue>.TryKeep(Heap, Map.Arena, Map.Seed, ref storedKey, ref storedValue))
        {
            RetireRecords(BlobStore<TKey, TValue>.Release(Heap, Map.Arena, storedKey, storedValue));
            throw KeyBytes.Changed();
        }

        return Table<TKey, TValue>.Insert<SeqLockGroups>(View->Current, hash, storedKey, storedValue);
    }

    /// <summary>Inserts an entry that a migration moves into the current table.</summary>
    private readonly int InsertMoved(TableRef current, ulong hash, SlotRef from)
    {
        TKey key = *Table<TKey, TValue>.KeyAt(from.Group, from.Slot);
        TValue value = *Table<TKey, TValue>.ValueAt(from.Group, from.Slot);
        if (Heap->IsCompacting != 0)
        {
            BlobStore<TKey, TValue>.Move(Heap, Map.Arena, ref key, ref value);
        }

        return Table<TKey, TValue>.Insert<SeqLockGroups>(current, hash, key, value);
    }

    /// <summary>Gives an entry another value.</summary>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing has
    /// changed.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReplaceBlob(SlotRef slot, in TValue value)
    {
        TKey oldKey = *Table<TKey, TValue>.KeyAt(slot.Group, slot.Slot);
        TValue oldValue = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
        TKey newKey = oldKey;
        TValue newValue = value;
        BlobStore<TKey, TValue>.KeepAgain(Heap, Map.Arena, ref newKey, ref newValue);
        Table<TKey, TValue>.Replace<SeqLockGroups>(slot, newKey, newValue);
        ReleaseBlob(oldKey, oldValue);
    }

    private void RemoveBlob(TableRef table, ulong hash, SlotRef slot)
    {
        TKey key = *Table<TKey, TValue>.KeyAt(slot.Group, slot.Slot);
        TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
        Table<TKey, TValue>.Remove<SeqLockGroups>(table, hash, slot);
        ReleaseBlob(key, value);
    }

    private void ReleaseBlob(in TKey key, in TValue value)
    {
        // [E16] release: the fence after the odd version ([E3]) is between the exchange of the slot and all stores to
        // the record; pairs with the checks after the copy in Shard.ProbeBlobGroup.
        RetireRecords(BlobStore<TKey, TValue>.Release(Heap, Map.Arena, key, value));
        CompactIfWanted();
    }
}
