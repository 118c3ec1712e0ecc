using FastShardMap.Layout;

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
        EnterAll();
        if (IsDisposed)
        {
            ExitAll(_options.ShardCount);
            ThrowDisposed();
        }

        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            Volatile.Write(ref _writeSides[shard].IsExclusive, 1);
            ViewGeneration.BeginChange(_views + shard);
        }

        return thread;
    }

    /// <summary>Ends the phase. By the thread that began it.</summary>
    public readonly void ExitExclusive()
    {
        for (int shard = 0; shard < _options.ShardCount; shard++)
        {
            ViewGeneration.EndChange(_views + shard);
            Volatile.Write(ref _writeSides[shard].IsExclusive, 0);
        }

        ExitAll(_options.ShardCount);
        _background?.Wake();
    }

    /// <summary>Reads in an exclusive phase. By its thread.</summary>
    public readonly bool TryReadExclusive(ThreadState thread, in TKey key, out TValue value)
    {
        ulong hash = Hash(key);
        if (!KeysRunUserCode)
        {
            return TryReadOwned(key, hash, ViewOf(hash), out value);
        }

        thread.ReserveCallback();
        return TryReadGuarded(thread, key, hash, ViewOf(hash), out value);
    }

    /// <summary>Writes in an exclusive phase. By its thread.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public readonly void WriteExclusive<TOperation>(ThreadState thread, in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ulong hash = Hash(key);
        ReadView* view = ViewOf(hash);
        WriteSide* side = SideOf(view);
        if (thread.CallbackDepth != 0)
        {
            EnterFromCallback(thread);
        }

        bool guarded = TOperation.RunsUserCode || KeysRunUserCode;
        TableRef retired = TableRef.None;
        if (guarded)
        {
            thread.EnterCallback(_arena);
        }

        try
        {
            if (!view->Previous.IsNone)
            {
                retired = Help(view, side);
            }

            WriteLocked(view, side, hash, key, ref operation, ref retired);
        }
        finally
        {
            if (guarded)
            {
                thread.LeaveCallback();
            }

            // A growth that began or ended has closed its change of the view.
            if ((view->Generation & ViewGeneration.Busy) == 0)
            {
                ViewGeneration.BeginChange(view);
            }

            if (!retired.IsNone)
            {
                Retire(retired);
            }
        }
    }

    /// <summary>Copies all entries in an exclusive phase. By its thread.</summary>
    public readonly KeyValuePair<TKey, TValue>[] ToArrayExclusive()
    {
        KeyValuePair<TKey, TValue>[] entries = new KeyValuePair<TKey, TValue>[Count];
        CopyAll(entries);
        return entries;
    }
}
