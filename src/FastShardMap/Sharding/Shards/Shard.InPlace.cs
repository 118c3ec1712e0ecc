using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// WRITES WITHOUT THE SHARD'S LOCK: how the value of a present key is replaced in place.
//
// A write that finds its key in the home group of a stable shard locks that group alone: one compare-exchange, on the cache
// line that it writes anyway, instead of two on the shard's lock, whose line all writers of the shard would share.
// The thread puts its id into the group's version word, checks that the shard's lock is free, changes the value,
// and stores the next version. If any check fails, it takes the shard's lock like every other write.
//
// AGAINST OWNERS OF THE SHARD'S LOCK (Dekker's argument, edge E11). The thread locks the group, then looks at the shard's
// lock; an owner takes the shard's lock, then looks at the group. Both steps are full fences, so one of them sees the other:
//   - A thread that finds the shard's lock taken changes nothing and unlocks the group.
//   - An owner that finds a group locked waits until it is unlocked (AwaitUnlocked) before it reads a value or writes the
//     version there. Keys and control words need no wait: only owners change them.
//   - An owner that looked just before may overwrite the version of a thread that is about to back off; so a group is
//     unlocked without a change by compare-exchange only. And if the owner has finished and released its lock before the
//     thread looks at it, the version is not the thread's any more: the thread checks that, too, after the lock.
// Owners of all locks (copies of all entries, snapshots, Clear), and threads that drop a table, wait for the threads
// instead: each thread announces in its ThreadState the shard whose group it is about to lock (edge E12).
//
// AGAINST READERS, a locked group is one that is being written: they try again. That is also why the last store needs no
// fence (E9): a later observer waits until the group is unlocked.
//
// RETIRED TABLES. The group may lie in a block that was given back, or that has become another table, since the thread
// found it. Then the compare-exchange finds another version; or, by chance, the same version, in an unrelated group that is
// locked for a moment, until the thread looks at the generation. That must be a group, and not an entry that happens to
// read like a version: this holds where strides divide the blocks' alignment, because blocks hold nothing but tables. With
// other strides the thread announces its write before it looks for the table, with a full fence in between, and a table is
// not given back before all writes that were announced have ended (edge E13): two fences then, but still no shared line.
internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
{
    /// <summary>Not if comparing keys is the user's code, which could call back from it.</summary>
    private static bool CanWriteInPlace
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // a constant, but not if it is called
        get => DefaultHasher<TKey>.KnowsKey;
    }

    /// <summary>Performs a write on a present key without the shard's lock, if that is easy.</summary>
    /// <returns>False if nothing has happened: the write needs the lock.</returns>
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

    // Safety: AnnounceWriteFenced, or the stride, makes the version's word one of a group, whatever has become of its table.
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
        if (!key.Equals(*(TKey*)slot) || !GroupVersion.TryLock(group, version, thread))
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
