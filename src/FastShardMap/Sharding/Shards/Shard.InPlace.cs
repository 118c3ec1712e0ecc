using System.Runtime.CompilerServices;
using FastShardMap.Hashing;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// WRITES WITHOUT THE SHARD'S LOCK: how the value of a present key is replaced in place.
//
// A write that finds its key in the home group of a stable shard locks only that group. This costs one compare-exchange
// on the cache line that the write modifies anyway, instead of two on the shard's lock, whose line all writers of the
// shard would share. The thread puts its id into the version word of the group, checks that the shard's lock is free,
// changes the value, and stores the next version. If any check fails, it takes the shard's lock like every other write.
//
// AGAINST OWNERS OF THE SHARD'S LOCK (Dekker's argument, edge E11). The thread locks the group and then reads the
// shard's lock; an owner takes the shard's lock and then reads the group. Both steps are full fences, so at least one
// of the two sees the other:
//   - A thread that finds the shard's lock taken changes nothing and unlocks the group.
//   - An owner that finds a group locked waits until it is unlocked (AwaitUnlocked) before it reads a value or writes
//     the version. Keys and control words need no wait, because only owners change them.
//   - An owner that read the version just before the group was locked may overwrite the word of a thread that is about
//     to back off. A group is therefore unlocked without a change by compare-exchange only. And if the owner has
//     released its lock before the thread reads it, the version is no longer the thread's own; the thread checks this
//     too, after it has read the lock.
// Owners of all locks (copies of all entries, snapshots, Clear), and threads that drop a table, wait for the threads
// instead: each thread announces in its ThreadState the shard whose group it is about to lock (edge E12).
//
// AGAINST READERS, a locked group looks like one that is being written: readers retry. That is also why the last store
// needs no fence (E9): later observers wait until the group is unlocked.
//
// RETIRED TABLES. Since the thread found the table, its block may have been given back, or have become another table.
// Then the compare-exchange finds another version; or, by chance, it finds the same version in an unrelated group,
// which stays locked until the thread validates the generation a moment later. That word must be the version of a
// group, and not part of an entry that happens to look like one. This holds where the stride of groups divides the
// alignment of blocks, because blocks contain nothing but tables. With other strides, the thread announces its write
// before it reads the table, with a full fence in between, and a table is given back only after all announced writes
// have ended (edge E13). Such a write has two fences, but still no shared line.
internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
{
    /// <summary>False if comparing keys runs user code, which could call back into the map.</summary>
    private static bool CanWriteInPlace
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // a constant, but only if it is inlined
        get => KeyTraits<TKey>.IsKnown;
    }

    /// <summary>Tries to perform a write on a present key without the shard's lock.</summary>
    /// <returns><see langword="false"/> if nothing has happened and the write needs the lock.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    private bool TryWriteInPlace<TOperation>(ThreadState thread, ulong hash, TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        if (GroupShape<TKey, TValue>.IsMisreadWhenStale)
        {
            thread.AnnounceWriteFenced(Side);
        }
        else
        {
            thread.AnnounceWrite(Side);
        }

        bool done = TryLockAndWrite(thread, hash, key, ref operation);
        thread.EndWrite();
        return done;
    }

    // Safety: AnnounceWriteFenced, or the stride, ensures that the version word is that of a group, whatever has become
    // of its table.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    private bool TryLockAndWrite<TOperation>(ThreadState thread, ulong hash, TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ReadView* view = View;
        GenerationWord generation = ViewGeneration.BeginRead(view);
        SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "group owner: current");
        TableRef table = view->Current;
        if (!generation.IsStable)
        {
            return false;
        }

        Group* group = Table<TKey, TValue>.HomeGroup(table, hash);
        VersionWord version = GroupVersion.BeginRead(group);
        if (!version.IsStable)
        {
            return false;
        }

        ulong match = Table<TKey, TValue>.MatchUnlocked(GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (match == 0)
        {
            return false;
        }

        byte* slot = SlotAt(group, match);
        SchedulePoint.BeforeRead(slot, sizeof(TKey), "group owner: key");
        if (KeyStore<TKey>.HasRecords
            ? !EqualsRecordKey(generation, group, version, slot, key)
            : !key.Equals(*(TKey*)slot))
        {
            return false;
        }

        // [E16] acquire, by a full fence: the bytes of a record were read before; pairs with the release of records.
        if (!GroupVersion.TryLock(group, version, thread))
        {
            return false;
        }

        if (!ShardLock.IsFree(Side)
            || !GroupVersion.IsLockedBy(group, thread)
            || !ViewGeneration.ValidateAfterVersion(view, generation))
        {
            GroupVersion.AbandonLock(group, version, thread);
            return false;
        }

        TValue* place = (TValue*)(slot + GroupShape<TKey, TValue>.ValueOffset);
        TValue value = *place;
        bool changed = operation.OnFound(ref value) == EntryAction.Store;
        if (changed)
        {
            SchedulePoint.Before("group owner: value");
            *place = value;
        }

        GroupVersion.Unlock(group, version, changed);
        return true;
    }
}
