using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe ref partial struct LockedShard<TKey, TValue, THasher>
{
    /// <summary>Reads a value under the lock.</summary>
    public readonly bool TryRead(ulong hash, in TKey key, out TValue value)
    {
        Map.ThrowIfDisposed();
        if ((!View->Previous.IsNone && Table<TKey, TValue>.TryFind(View->Previous, hash, key, out SlotRef slot))
            || Table<TKey, TValue>.TryFind(View->Current, hash, key, out slot))
        {
            SchedulePoint.BeforeRead(
                Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot), sizeof(TValue), "reader: value under the lock");
            GroupVersion.AwaitUnlocked(slot.Group);
            value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Performs one write.</summary>
    /// <exception cref="OutOfMemoryException">The shard has to grow, and the larger table cannot be allocated; nothing
    /// has changed.</exception>
    public void Write<TOperation>(ulong hash, in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ReadView* view = View;
        WriteSide* side = Side;

        // Help before the search: helping between search and write would move the entry that was found.
        if (!view->Previous.IsNone)
        {
            Help();
        }

        TableRef table = view->Current;
        SlotRef slot = default;
        bool found = !view->Previous.IsNone && Table<TKey, TValue>.TryFind(view->Previous, hash, key, out slot);
        if (found)
        {
            table = view->Previous;
            if (side->PreviousIsFrozen != 0 || (BlobStore<TKey, TValue>.HasBlobs && Heap->IsCompacting != 0))
            {
                table = view->Current;
                slot = MoveFrozen(hash, key, slot);
            }
        }
        else
        {
            found = Table<TKey, TValue>.TryFind(table, hash, key, out slot);
        }

        if (!found)
        {
            if (operation.OnAbsent(out TValue added) == EntryAction.Store)
            {
                Insert(hash, key, added);
            }

            return;
        }

        GroupVersion.AwaitUnlocked(slot.Group);
        TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
        switch (operation.OnFound(ref value))
        {
            case EntryAction.Store:
                Table<TKey, TValue>.Update<SeqLockGroups>(slot, value);
                break;
            case EntryAction.Remove:
                if (KeyStore<TKey>.HasRecords)
                {
                    RemoveWithRecord(table, hash, slot);
                }
                else
                {
                    Table<TKey, TValue>.Remove<SeqLockGroups>(table, hash, slot);
                }

                side->Count--;
                if (side->SaturatedGroups != 0)
                {
                    CountTowardsRebuild();
                }

                break;
            case EntryAction.Replace:
                if (BlobStore<TKey, TValue>.HasBlobs)
                {
                    ReplaceBlob(slot, value);
                }

                break;
            default:
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    private void Insert(ulong hash, in TKey key, in TValue value)
    {
        ReadView* view = View;
        WriteSide* side = Side;
        if (side->Count >= side->MaxEntries)
        {
            Grow();
        }

        side->SaturatedGroups += KeyStore<TKey>.HasRecords
            ? InsertWithRecord(hash, key, value)
            : Table<TKey, TValue>.Insert<SeqLockGroups>(view->Current, hash, key, value);
        side->Count++;
    }
}
