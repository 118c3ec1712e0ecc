using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// KEYS OF ANY LENGTH. The bytes of a long key are in a record (Records/RecordMemory.cs), whose address is in the slot.
// What this adds to the protocol:
//   - An insert writes the record first, and then publishes the slot ([E4] carries both).
//   - A removal takes the key out of the table first, and then releases the record ([E16]).
//   - Growth copies slots. Records stay where they are.
//   - Blocks of records return to the arena as tables do: after the view no longer leads to them, and outside the lock.
internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    private readonly RecordHeap* Heap => Shard<TKey, TValue, THasher>.HeapOf(Side);

    /// <summary>Begins the epoch of a snapshot, which has just frozen the current table.</summary>
    public readonly void BeginEpoch(RecordEpoch* epoch) => RecordMemory.BeginEpoch(Heap, epoch);

    /// <summary>Ends the epoch of a snapshot.</summary>
    private readonly void EndEpoch(RecordEpoch* epoch) => RetireRecords(RecordMemory.EndEpoch(Heap, epoch));

    /// <summary>Frees some of the records that a snapshot has left.</summary>
    /// <returns>Whether some are left.</returns>
    public readonly bool DrainRecords(int records) => RecordMemory.Drain(Heap, records);

    private readonly int InsertWithRecord(ulong hash, in TKey key, in TValue value)
    {
        if (BlobStore<TKey, TValue>.HasBlobs)
        {
            return InsertBlob(hash, key, value);
        }

        TKey stored = KeyStore<TKey>.Keep(Heap, Map.Arena, Map.Seed, key);
        return Table<TKey, TValue>.Insert<SeqLockGroups>(View->Current, hash, stored, value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveWithRecord(TableRef table, ulong hash, SlotRef slot)
    {
        if (BlobStore<TKey, TValue>.HasBlobs)
        {
            RemoveBlob(table, hash, slot);
            return;
        }

        TKey stored = *Table<TKey, TValue>.KeyAt(slot.Group, slot.Slot);
        Table<TKey, TValue>.Remove<SeqLockGroups>(table, hash, slot);

        if (Heap->IsCompacting != 0 && !table.Equals(View->Current))
        {
            KeyStore<TKey>.Forget(Heap, stored);
            return;
        }

        // [E16] release: the fence after the odd version ([E3]) is between the removal and all stores to the record;
        // pairs with the checks after a comparison in Shard.TryReadHome.
        KeyStore<TKey>.Release(Heap, Map.Arena, stored);
        CompactIfWanted();
    }

    private void CompactIfWanted()
    {
        if (View->Previous.IsNone
            && RecordMemory.WantsCompaction(Heap, Side->ShardIndex, (long)View->Current.Size.Bytes(Stride)))
        {
            CompactUnasked();
        }
    }

    /// <summary>Starts a migration that moves all records to new segments. The new table has room for the inserts that
    /// come before its end.</summary>
    private void CompactUnasked()
    {
        TableRef next;
        try
        {
            ulong groups = View->Current.Groups;
            TableSize needed = TableSize.ForEntries(Side->Count + Map.SlackFor(groups), Slots);
            next = Map.AllocateTable(needed.Groups > groups ? needed : View->Current.Size, reserved: false);
        }
        catch (OutOfMemoryException)
        {
            return; // the removal has happened
        }

        StartMigration(next);
        BeginCompaction();
        WakeBackground();
    }

    /// <summary>After <see cref="StartMigration"/>. A shard without entries has nothing to move.</summary>
    private readonly void BeginCompaction()
    {
        if (View->Previous.IsNone)
        {
            DropRecords();
        }
        else
        {
            RecordMemory.BeginCompaction(Heap);
        }
    }

    /// <summary>The emptied table has left the view.</summary>
    private readonly void EndCompaction()
    {
        if (KeyStore<TKey>.HasRecords && Heap->IsCompacting != 0)
        {
            RetireRecords(RecordMemory.EndCompaction(Heap));
        }
    }

    /// <summary>Returns the key under which a migration inserts an entry into the current table.</summary>
    private readonly TKey MoveRecord(in TKey stored) =>
        Heap->IsCompacting != 0 ? KeyStore<TKey>.Move(Heap, Map.Arena, stored) : stored;

    /// <summary>Gives up all records. No table of the shard refers to them any longer.</summary>
    private readonly void DropRecords()
    {
        if (KeyStore<TKey>.HasRecords)
        {
            RetireRecords(RecordMemory.DropAll(Heap));
        }
    }

    private readonly void RetireRecords(RecordSegment* segments) =>
        Shard<TKey, TValue, THasher>.RetireRecords(Heap, segments);
}
