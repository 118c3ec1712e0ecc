using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Probing;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
{
    /// <summary>Performs a write that concerns nothing but the home group of its key, under the shard's lock, which
    /// stays taken. Nearly all writes are like that, and need few instructions: out of cache, a processor overlaps two
    /// writes only as far as it can hold the instructions of both. <see cref="LockedShard{TKey, TValue, THasher}"/>
    /// does the rest.</summary>
    /// <returns><see langword="false"/> if nothing has happened.</returns>
    /// <remarks>Neither the operation nor the key's Equals may run user code.</remarks>
    /// <exception cref="OutOfMemoryException">There is no memory for the record of the key. Nothing has changed, and
    /// the lock is released.</exception>
    /// <exception cref="InvalidOperationException">The bytes of the key have changed during the call. Nothing has
    /// changed in the map, and the lock is released.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m, churn-1m-2t
    public bool TryWriteHome<TOperation>(ulong hash, in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ReadView* view = View;
        WriteSide* side = Side;

        // The sentinel of a new map has no room. Where groups are saturated, removals count towards a rebuild.
        if (!view->Previous.IsNone
            || side->Count >= side->MaxEntries
            || side->SaturatedGroups != 0
            || _map.IsDisposed)
        {
            return false;
        }

        Group* group = Table<TKey, TValue>.HomeGroup(view->Current, hash);
        VersionWord version = GroupVersion.ReadOwned(group);
        if (version.IsLocked)
        {
            return false;
        }

        ulong control = group->Control;
        for (ulong match = ControlGroups.Match(control, HashBits.Tag(hash));
            match != 0;
            match = ControlGroups.ClearLowest(match))
        {
            int slot = ControlGroups.LowestSlot(match);
            if (key.Equals(*Table<TKey, TValue>.KeyAt(group, slot)))
            {
                return TryWriteFound(new SlotRef(group, slot), ref operation);
            }
        }

        ulong free = ControlGroups.MatchEmpty(control, Table<TKey, TValue>.Slots);
        if (free == 0 || version.MayBePassedBy(hash))
        {
            return false;
        }

        if (operation.OnAbsent(out TValue added) == EntryAction.Store)
        {
            TKey stored = KeyStore<TKey>.HasRecords ? KeepOrExit(key) : key;
            Table<TKey, TValue>.Place<SeqLockGroups>(group, control, free, hash, stored, added);
            side->Count++;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: churn-1m-2t
    private bool TryWriteFound<TOperation>(SlotRef slot, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        // A removal would have to release the record.
        if (KeyStore<TKey>.HasRecords
            && !operation.KeepsKey
            && typeof(TOperation) != typeof(GetOrAddOperation<TValue>))
        {
            return false;
        }

        TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
        switch (operation.OnFound(ref value))
        {
            case EntryAction.Store:
                Table<TKey, TValue>.Update<SeqLockGroups>(slot, value);
                break;
            case EntryAction.Remove:
                // An entry in its home group has passed no group.
                Table<TKey, TValue>.Erase<SeqLockGroups>(slot);
                Side->Count--;
                break;
            default:
                break;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TKey KeepOrExit(in TKey key)
    {
        try
        {
            return KeyStore<TKey>.Keep(HeapOf(Side), _map.Arena, _map.Seed, key);
        }
        catch
        {
            ShardLock.Exit(Side);
            throw;
        }
    }
}
