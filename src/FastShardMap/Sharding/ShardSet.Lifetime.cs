using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Removes all entries at one instant; the tables keep their sizes where memory allows.</summary>
    public readonly void Clear()
    {
        List<TableRef> retired = new(2 * _options.ShardCount);
        EnterAll();
        try
        {
            ThrowIfDisposed();
            TableRef[] empty = AllocateEmptyTables();

            // All generations are odd before the first is even again: otherwise a reader could miss a cleared entry of
            // one shard, and then find one that is yet to be cleared in another.
            for (int shard = 0; shard < _options.ShardCount; shard++)
            {
                if (!empty[shard].IsNone)
                {
                    ViewGeneration.BeginChange(_views + shard);
                }
            }

            for (int shard = 0; shard < _options.ShardCount; shard++)
            {
                if (!empty[shard].IsNone)
                {
                    ClearShard(_views + shard, _writeSides + shard, empty[shard], retired);
                }
            }
        }
        finally
        {
            ExitAll(_options.ShardCount);
            RetireAll(retired);
        }
    }

    /// <summary>Ends the map: later calls throw, waiting writers are woken and throw, physical memory goes back now and
    /// the address range when the arena is finalized.</summary>
    public void Dispose()
    {
        ThreadState thread = EnterThread();
        ShardLock.ThrowIfExclusive(_writeSides, thread, "dispose");
        List<TableRef> retired = new(2 * _options.ShardCount);
        Interlocked.Exchange(ref _disposed, 1);
        _header->State = 1;
        _arena.Close();

        // No miss is settled without a look at _disposed any more, once the sentinel is a shard's table ([E7], [E2]).
        GroupVersion.SetControl(_header->Sentinel, ControlWord.Disposed);
        try
        {
            // A second call finds sentinels, or finishes what a deadlock with a callback kept the first from.
            for (int shard = 0; shard < _options.ShardCount; shard++)
            {
                ReadView* view = _views + shard;
                WriteSide* side = _writeSides + shard;
                ShardLock.EnterUninterrupted(side, thread);
                TableRef previous = TakePrevious(view, side);
                TableRef dropped = DropTable(view, side);
                ShardLock.Exit(side);
                AddUnlessNone(retired, previous);
                AddUnlessNone(retired, dropped);
            }
        }
        finally
        {
            RetireAll(retired);
        }

        _arena.DrainRetired();
    }

    /// <summary>Takes every lock, in order, and waits for changes in place: the whole map stands still.</summary>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    private readonly void EnterAll()
    {
        ThreadState thread = EnterThread();
        int entered = 0;
        try
        {
            for (; entered < _options.ShardCount; entered++)
            {
                ShardLock.Enter(_writeSides + entered, thread);
            }
        }
        catch
        {
            ExitAll(entered);
            throw;
        }

        ThreadState.AwaitChanges(_writeSides, (uint)_options.ShardCount);
    }

    private readonly void ExitAll(int entered)
    {
        for (int shard = entered - 1; shard >= 0; shard--)
        {
            ShardLock.Exit(_writeSides + shard);
        }
    }

    /// <summary>For each shard the table to replace its current one by, or none if it has no entries.</summary>
    private readonly TableRef[] AllocateEmptyTables()
    {
        TableRef[] empty = new TableRef[_options.ShardCount];
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

    private readonly void ClearShard(ReadView* view, WriteSide* side, TableRef empty, List<TableRef> retired)
    {
        TableRef previous = view->Previous;
        AddUnlessNone(retired, TakePrevious(view, side));
        retired.Add(view->Current);
        view->Previous = TableRef.None;
        view->Current = empty;
        ViewGeneration.EndChange(view);
        Interlocked.MemoryBarrier(); // [E8] release fence: the view is out before the blocks' memory changes
        side->Count = 0;
        side->SaturatedGroups = 0;
        side->RemovesSinceRebuild = 0;
        Volatile.Write(ref side->MaxEntries, IsSentinel(empty) ? 0 : TableSize.MaxEntries(empty.Groups, Slots));
        if (!previous.IsNone)
        {
            ShardEvents.Listener?.MigrationStop(side, previous.Groups, completed: false);
        }
    }

    private static void AddUnlessNone(List<TableRef> tables, TableRef table)
    {
        if (!table.IsNone)
        {
            tables.Add(table);
        }
    }

    private readonly void RetireAll(List<TableRef> tables)
    {
        foreach (TableRef table in tables)
        {
            Retire(table);
        }
    }
}
