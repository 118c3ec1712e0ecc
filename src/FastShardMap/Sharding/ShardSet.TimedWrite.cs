using FastShardMap.Layout;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Performs one write under the lock of the key's shard, if the lock can be had in time. As
    /// <see cref="Write"/> but for how it takes the lock; apart from it, so that the common path has no more branches.</summary>
    /// <returns>False if the lock could not be had; nothing has happened then, and nothing will.</returns>
    /// <inheritdoc cref="Write" path="/exception"/>
    public readonly bool TryWrite<TOperation>(
        in TKey key, ref TOperation operation, int timeoutMilliseconds, CancellationToken cancellationToken)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ulong hash = Hash(key);
        ReadView* view = ViewOf(hash);
        WriteSide* side = SideOf(view);
        ThreadState thread = EnterThread();
        bool guarded = TOperation.RunsUserCode || KeysRunUserCode;
        TableRef retired = TableRef.None;
        if (!ShardLock.TryEnter(side, thread, timeoutMilliseconds, cancellationToken))
        {
            return false;
        }

        if (guarded)
        {
            thread.EnterCallback(_arena);
        }

        try
        {
            ThrowIfDisposed();
            if (!view->Previous.IsNone)
            {
                retired = Help(view, side);
            }

            WriteLocked(view, side, hash, key, ref operation, ref retired);
            return true;
        }
        finally
        {
            if (guarded)
            {
                thread.LeaveCallback();
            }

            ShardLock.Exit(side);
            if (!retired.IsNone)
            {
                Retire(retired);
            }
        }
    }
}
