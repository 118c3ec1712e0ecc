using FastShardMap.Layout;
using FastShardMap.Operations;

namespace FastShardMap.Sharding;

// AN EXCLUSIVE PHASE: one thread owns all locks, and works without taking any. Other threads must not wait but get an
// exception, and maps without such a phase must not pay for that:
//   - A writer finds the lock taken, and checks IsExclusive before it waits.
//   - A reader finds every generation odd, and checks IsExclusive before it retries.
// The owner still publishes its writes to readers (versions, and the generation when a table changes). A reader that
// slips in while growth has made a generation even for a moment therefore reads correct values. Whatever other threads
// do, memory stays intact.
internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Begins an exclusive phase of the calling thread.</summary>
    /// <returns>The state of the calling thread.</returns>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map, or the map is already
    /// held exclusively.</exception>
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

    /// <summary>Ends the phase. Must be called by the thread that began it.</summary>
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

    /// <summary>Reads in an exclusive phase. Must be called by the thread that began it.</summary>
    public readonly bool TryReadExclusive(ThreadState thread, in TKey key, out TValue value)
    {
        ulong hash = Hash(key);
        ThrowIfEnded(ShardOf(hash), thread);
        thread.ReserveCallback();
        using LockedShard<TKey, TValue, THasher> locked = OwnedAlready(ShardOf(hash), thread, guarded: KeysRunUserCode);
        return locked.TryRead(hash, key, out value);
    }

    /// <summary>Writes in an exclusive phase. Must be called by the thread that began it.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public readonly void WriteExclusive<TOperation>(ThreadState thread, in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ulong hash = Hash(key);
        ThrowIfEnded(ShardOf(hash), thread);
        if (thread.CallbackDepth != 0)
        {
            EnterFromCallback(thread);
        }

        using LockedShard<TKey, TValue, THasher> locked =
            OwnedAlready(ShardOf(hash), thread, guarded: TOperation.RunsUserCode || KeysRunUserCode);
        locked.Write(hash, key, ref operation);
    }

    /// <summary>Copies all entries in an exclusive phase. Must be called by the thread that began it.</summary>
    public readonly KeyValuePair<TKey, TValue>[] ToArrayExclusive()
    {
        KeyValuePair<TKey, TValue>[] entries = new KeyValuePair<TKey, TValue>[Count];
        CopyAll(ThreadState.Current, entries);
        return entries;
    }

    // The phase was checked before, but a hasher, and the memory of a value that is pinned, run code of the caller. It
    // may have ended the phase or disposed the map.
    private readonly void ThrowIfEnded(int shard, ThreadState thread)
    {
        if (IsDisposed)
        {
            ThrowDisposed();
        }

        WriteSide* side = _writeSides + shard;
        if (Volatile.Read(ref side->IsExclusive) == 0 || !ShardLock.IsOwnedBy(side, thread))
        {
            throw new ObjectDisposedException($"The exclusive phase of {Description}");
        }
    }

    private readonly void ThawInExclusivePhase(int shard, TableRef table, RecordEpoch* epoch, ThreadState thread)
    {
        using LockedShard<TKey, TValue, THasher> locked = OwnedAlready(shard, thread, guarded: false);
        locked.Thaw(table, epoch);
    }
}
