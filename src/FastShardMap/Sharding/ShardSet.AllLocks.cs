using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Removes all entries at one instant; the tables keep their sizes where memory allows.</summary>
    public readonly void Clear()
    {
        List<TableRef> retired = new(2 * ShardCount);
        try
        {
            using AllLocks<TKey, TValue, THasher> all = EnterAll();
            ThrowIfDisposed();
            TableRef[] empty = AllocateEmptyTables();

            // All generations are odd before the first is even again: otherwise a reader could miss a cleared entry of
            // one shard, and then find one that is yet to be cleared in another.
            for (int shard = 0; shard < ShardCount; shard++)
            {
                if (!empty[shard].IsNone)
                {
                    ViewGeneration.BeginChange(_views + shard);
                }
            }

            for (int shard = 0; shard < ShardCount; shard++)
            {
                if (!empty[shard].IsNone)
                {
                    all.ShardAt(shard, retired).Clear(empty[shard]);
                }
            }
        }
        finally
        {
            RetireAll(retired);
        }
    }

    /// <summary>Ends the map: later calls throw, waiting writers are woken and throw, physical memory goes back now and
    /// the address range when the arena is finalized.</summary>
    public void Dispose()
    {
        ThreadState thread = EnterThread();
        ShardLock.ThrowIfExclusive(_writeSides, thread, "dispose");
        Interlocked.Exchange(ref _disposed, 1);
        _header->State = 1;
        _arena.Close();

        // No miss is answered without a look at _disposed any more, once the sentinel is a shard's table ([E7], [E2]).
        GroupVersion.SetControl(_header->Sentinel, ControlWord.Disposed);

        // A second call finds sentinels, or finishes what a deadlock with a callback kept the first from.
        for (int shard = 0; shard < ShardCount; shard++)
        {
            ShardLock.EnterUninterrupted(_writeSides + shard, thread);
            using LockedShard<TKey, TValue, THasher> locked =
                LockedShard<TKey, TValue, THasher>.Owned(ShardAt(shard), thread, guarded: false);
            locked.DropTables();
        }

        _arena.DrainRetired();
    }

    /// <summary>Takes every lock, in order, and waits for writes in place. <see cref="UnlockAll"/> is its end.</summary>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted; it has no lock.</exception>
    public readonly void LockAll(ThreadState thread)
    {
        int entered = 0;
        try
        {
            for (; entered < ShardCount; entered++)
            {
                ShardLock.Enter(_writeSides + entered, thread);
            }

            ThreadState.AwaitWrites(_writeSides, (uint)ShardCount);
        }
        catch
        {
            Unlock(entered);
            throw;
        }
    }

    public readonly void UnlockAll() => Unlock(ShardCount);

    [UnscopedRef]
    private readonly AllLocks<TKey, TValue, THasher> EnterAll() => new(in this);

    private readonly void Unlock(int entered)
    {
        for (int shard = entered - 1; shard >= 0; shard--)
        {
            ShardLock.Exit(_writeSides + shard);
        }
    }

    /// <summary>For each shard the table to replace its current one by, or none if it has no entries.</summary>
    private readonly TableRef[] AllocateEmptyTables()
    {
        TableRef[] empty = new TableRef[ShardCount];
        for (int shard = 0; shard < empty.Length; shard++)
        {
            if (_writeSides[shard].Count == 0 && _views[shard].Previous.IsNone)
            {
                continue;
            }

            try
            {
                empty[shard] = AllocateTable(_views[shard].Current.Size, reserved: false);
            }
            catch (OutOfMemoryException)
            {
                empty[shard] = _sentinel; // Clear itself never fails: the shard starts small again
            }
        }

        return empty;
    }

    private readonly void RetireAll(List<TableRef> tables)
    {
        foreach (TableRef table in tables)
        {
            Retire(table);
        }
    }
}
