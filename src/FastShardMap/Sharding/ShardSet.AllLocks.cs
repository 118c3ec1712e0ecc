using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Removes all entries at one instant. The tables keep their sizes if memory allows.</summary>
    public readonly void Clear()
    {
        List<TableRef> retired = new(2 * ShardCount);
        try
        {
            using AllLocks<TKey, TValue, THasher> all = EnterAll();
            ThrowIfDisposed();
            TableRef[] empty = AllocateEmptyTables();

            // Make all generations odd before the first one becomes even again. Otherwise a reader could miss a cleared
            // entry in one shard, and then find an entry that is yet to be cleared in another.
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
            RetireAllSegments();
        }
    }

    /// <summary>Disposes the map. Later calls and waiting writers throw. Physical memory is released now, and the
    /// address range when the arena is finalized.</summary>
    public void Dispose()
    {
        ThreadState thread = EnterThread();
        ShardLock.ThrowIfExclusive(_writeSides, thread, "dispose");
        Interlocked.Exchange(ref _disposed, 1);
        _header->State = 1;
        _arena.Close();

        // Once the sentinel is a shard's table, every miss checks _disposed ([E7], [E2]).
        GroupVersion.SetDisposed(_header->Sentinel);

        // A second call finds sentinels, or finishes what a deadlock with a callback has kept the first call from
        // doing.
        for (int shard = 0; shard < ShardCount; shard++)
        {
            ShardLock.EnterUninterrupted(_writeSides + shard, thread);
            using LockedShard<TKey, TValue, THasher> locked =
                LockedShard<TKey, TValue, THasher>.Owned(ShardAt(shard), thread, guarded: false);
            locked.DropTables();
        }

        _arena.DrainRetired();
    }

    /// <summary>Takes every lock, in order, and waits for writes in place to end. <see cref="UnlockAll"/> releases the
    /// locks.</summary>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted, and owns no lock.</exception>
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

    /// <summary>Allocates the table that replaces the current one of each shard; none for shards without
    /// entries.</summary>
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
