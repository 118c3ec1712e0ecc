using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// CHANGES IN PLACE: how the value of a present key is replaced without the shard's lock.
//
// A write that finds its key in the home group of a settled shard holds that group alone: one compare-exchange, on the
// line that it writes anyway, in place of two on the lock, whose line all writers of the shard would pull to and fro.
// The thread puts its id into the group's version word, looks whether the shard's lock is free, changes the value,
// and puts the next version there. If anything is not as it should be, it takes the lock like every other write.
//
// AGAINST OWNERS OF THE LOCK (Dekker's argument, edge E11). The holder holds, then looks at the lock; an owner takes the
// lock, then looks at the group. Both steps are full fences, so one of them sees the other:
//   - A holder that finds the lock taken changes nothing and gives up.
//   - An owner that finds a group held waits until it is not (AwaitHolder) before it reads a value or writes the
//     version there. Keys and control words need no wait: holders do not change them.
//   - An owner that looked just before may overwrite the hold of one that is about to give up; so a hold is taken back by
//     compare-exchange only. And when the owner has finished, and left the lock, before the holder looks at it? Then
//     the version is not the holder's any more: it looks at that, too, after the lock.
// Owners of all locks (copies of all entries, snapshots, Clear), and who drops a table, wait for the threads instead:
// each says in its ThreadState which shard it is about to hold a group of (edge E12).
//
// AGAINST EACH OTHER, holders have the compare-exchange; the version they compare says that the group has not changed
// since they found the key there.
//
// AGAINST READERS, a held group is one that is being written: they come again. That is also why the last store needs no
// fence (E9): whoever looks after the hold waits for the end of it.
//
// TABLES THAT ARE GONE. The group may be in a block that was given back, or taken for another table, since it was found.
// Then the compare-exchange finds another version; or, by chance, the same, in a group that has nothing to do with it
// and is held for a moment, until the look at the generation. That must be a group, and not an entry that happens to
// read like a version: it is where strides divide the blocks' alignment, for blocks hold nothing but tables. Elsewhere
// the thread says what it is about to do before it looks for the table, with a full fence between, and a table is not
// given back before all who have said so have ended (edge E13): two fences then, but still no line that others write.
internal unsafe partial struct ShardSet<TKey, TValue, THasher>
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
    private static bool TryWriteInPlace<TOperation>(
        ThreadState thread, ReadView* view, WriteSide* side, ulong hash, TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        if (GroupShape<TKey, TValue>.IsMisreadWhenStale)
        {
            thread.AnnounceChange(side);
        }
        else
        {
            thread.BeginChange(side);
        }

        bool done = TryHoldAndWrite(thread, view, side, hash, key, ref operation);
        thread.EndChange();
        return done;
    }

    // Safety: AnnounceChange, or the stride, makes the version's word one of a group, whatever has become of its table.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    private static bool TryHoldAndWrite<TOperation>(
        ThreadState thread, ReadView* view, WriteSide* side, ulong hash, TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ulong generation = ViewGeneration.BeginRead(view);
        SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "holder: current");
        TableRef table = view->Current;
        if ((generation & (ViewGeneration.Busy | ViewGeneration.Migrating)) != 0)
        {
            return false;
        }

        Group* group = Table<TKey, TValue>.HomeGroup(table, hash);
        ulong version = GroupVersion.BeginRead(group);
        if ((version & (GroupVersion.Written | GroupVersion.Moved)) != 0)
        {
            return false;
        }

        ulong match = Table<TKey, TValue>.MatchUnlocked(GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (match == 0)
        {
            return false;
        }

        byte* slot = SlotAt(group, match);
        SchedulePoint.BeforeRead(slot, sizeof(TKey), "holder: key");
        if (!key.Equals(*(TKey*)slot) || !GroupVersion.TryHold(group, version, thread))
        {
            return false;
        }

        if (!ShardLock.IsFree(side)
            || !GroupVersion.IsHeldBy(group, thread)
            || !ViewGeneration.ValidateAfterVersion(view, generation))
        {
            GroupVersion.GiveUp(group, version, thread);
            return false;
        }

        TValue* place = (TValue*)(slot + GroupShape<TKey, TValue>.ValueOffset);
        TValue value = *place;
        bool changed = operation.OnFound(ref value) == EntryAction.Store;
        if (changed)
        {
            SchedulePoint.Before("holder: value");
            *place = value;
        }

        GroupVersion.Release(group, version, changed);
        return true;
    }
}
