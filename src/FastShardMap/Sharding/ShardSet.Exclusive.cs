using FastShardMap.Layout;
using FastShardMap.Operations;

namespace FastShardMap.Sharding;

// AN EXCLUSIVE PHASE: one thread holds all locks and works without taking any. Others are not to wait but to be told,
// at a cost of nothing for maps that have no such phase:
//   - A writer that comes finds its lock taken, and looks at IsExclusive before it waits.
//   - A reader that comes finds every generation odd, and looks there before it tries again.
// The owner's writes publish themselves to readers all the same (versions, and the generation when a table changes): a
// reader that slips in while a growth has made a generation even for a moment reads right values. So whatever second
// threads do, memory stays intact.
internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Takes the map for this thread alone.</summary>
    /// <returns>The thread.</returns>
    /// <exception cref="InvalidOperationException">Called from a callback of this map, or held exclusively already.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public readonly ThreadState EnterExclusive()
    {
        ThreadState thread = EnterThread();
        ShardLock.ThrowIfExclusive(_writeSides, thread, "take");
        LockAll(thread);
        if (IsDisposed)
        {
            UnlockAll();
            ThrowDisposed();
        }

        for (int shard = 0; shard < ShardCount; shard++)
        {
            Volatile.Write(ref _writeSides[shard].IsExclusive, 1);
            ViewGeneration.BeginChange(_views + shard);
        }

        return thread;
    }

    /// <summary>Ends the phase. By the thread that began it.</summary>
    public readonly void ExitExclusive()
    {
        for (int shard = 0; shard < ShardCount; shard++)
        {
            ViewGeneration.EndChange(_views + shard);
            Volatile.Write(ref _writeSides[shard].IsExclusive, 0);
        }

        UnlockAll();
        _background?.Wake();
    }

    /// <summary>Reads in an exclusive phase. By its thread.</summary>
    public readonly bool TryReadExclusive(ThreadState thread, in TKey key, out TValue value)
    {
        ulong hash = Hash(key);
        thread.ReserveCallback();
        using LockedShard<TKey, TValue, THasher> locked = OwnedAlready(ShardOf(hash), thread, guarded: KeysRunUserCode);
        return locked.TryRead(hash, key, out value);
    }

    /// <summary>Writes in an exclusive phase. By its thread.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public readonly void WriteExclusive<TOperation>(ThreadState thread, in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ulong hash = Hash(key);
        if (thread.CallbackDepth != 0)
        {
            EnterFromCallback(thread);
        }

        using LockedShard<TKey, TValue, THasher> locked =
            OwnedAlready(ShardOf(hash), thread, guarded: TOperation.RunsUserCode || KeysRunUserCode);
        try
        {
            locked.Write(hash, key, ref operation);
        }
        finally
        {
            KeepGenerationBusy(locked.View);
        }
    }

    /// <summary>Copies all entries in an exclusive phase. By its thread.</summary>
    public readonly KeyValuePair<TKey, TValue>[] ToArrayExclusive()
    {
        KeyValuePair<TKey, TValue>[] entries = new KeyValuePair<TKey, TValue>[Count];
        CopyAll(ThreadState.Current, entries);
        return entries;
    }

    private readonly void ThawInExclusivePhase(int shard, TableRef table, ThreadState thread)
    {
        using LockedShard<TKey, TValue, THasher> locked = OwnedAlready(shard, thread, guarded: false);
        try
        {
            locked.Thaw(table);
        }
        finally
        {
            KeepGenerationBusy(locked.View);
        }
    }

    /// <summary>The phase keeps every generation odd; a growth that began or ended has closed its change of the view.</summary>
    private static void KeepGenerationBusy(ReadView* view)
    {
        if (!new GenerationWord(view->Generation).IsBusy)
        {
            ViewGeneration.BeginChange(view);
        }
    }
}
