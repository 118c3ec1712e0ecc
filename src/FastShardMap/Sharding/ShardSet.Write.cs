using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Performs one write: in place, or under the lock of the key's shard.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The shard has to grow and cannot; nothing has changed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a forward
    public readonly void Write<TOperation>(in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue> => Perform(key, ref operation, default(EndlessWait));

    /// <summary>As <see cref="Write"/>, if the lock can be had in time.</summary>
    /// <returns>False if the lock could not be had; nothing has happened then, and nothing will.</returns>
    public readonly bool TryWrite<TOperation>(
        in TKey key, ref TOperation operation, int timeoutMilliseconds, CancellationToken cancellationToken)
        where TOperation : struct, IEntryOperation<TValue> =>
        Perform(key, ref operation, new LimitedWait(timeoutMilliseconds, cancellationToken));

    /// <summary>As <see cref="Write"/>, if that is easy without a lock. For callers who, if not, call a method that is not
    /// inlined, makes the operation anew and gives it to <see cref="WriteOtherwise"/>: then its fields stay in registers
    /// here, and the hash need not be kept.</summary>
    /// <returns>False: nothing has happened.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public readonly bool TryWriteAtOnce<TOperation>(TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        if (TOperation.RunsUserCode || KeysRunUserCode)
        {
            return false;
        }

        ulong hash = Hash(key);
        ReadView* view = ViewOf(hash);
        return TryWriteInPlace(EnterThread(), view, SideOf(view), hash, key, ref operation);
    }

    /// <summary>As <see cref="Write"/>, after <see cref="TryWriteAtOnce"/> was in vain.</summary>
    public readonly void WriteOtherwise<TOperation>(in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        if (TOperation.RunsUserCode || KeysRunUserCode)
        {
            Write(key, ref operation);
            return;
        }

        ulong hash = Hash(key);
        ReadView* view = ViewOf(hash);
        Prefetch(view, hash);
        PerformLocked(EnterThread(), view, hash, key, ref operation, default(EndlessWait));
    }

    private readonly bool Perform<TOperation, TWait>(in TKey key, ref TOperation operation, TWait wait)
        where TOperation : struct, IEntryOperation<TValue>
        where TWait : struct, ILockWait
    {
        ulong hash = Hash(key);
        ReadView* view = ViewOf(hash);
        if (TOperation.RunsUserCode || !CanWriteInPlace || !operation.KeepsKey)
        {
            Prefetch(view, hash);
            return PerformLocked(EnterThread(), view, hash, key, ref operation, wait);
        }

        ThreadState thread = EnterThread();
        return TryWriteInPlace(thread, view, SideOf(view), hash, key, ref operation)
            || PerformLocked(thread, view, hash, key, ref operation, wait);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool PerformLocked<TOperation, TWait>(
        ThreadState thread, ReadView* view, ulong hash, in TKey key, ref TOperation operation, TWait wait)
        where TOperation : struct, IEntryOperation<TValue>
        where TWait : struct, ILockWait
    {
        WriteSide* side = SideOf(view);
        bool guarded = TOperation.RunsUserCode || KeysRunUserCode;
        TableRef retired = TableRef.None;
        if (!wait.TryEnter(side, thread))
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

            // Before the search: help between search and write would move what was found.
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

    private readonly void WriteLocked<TOperation>(
        ReadView* view, WriteSide* side, ulong hash, in TKey key, ref TOperation operation, ref TableRef retired)
        where TOperation : struct, IEntryOperation<TValue>
    {
        TableRef table = view->Current;
        SlotRef slot = default;
        bool found = !view->Previous.IsNone && Table<TKey, TValue>.TryFind(view->Previous, hash, key, out slot);
        if (found)
        {
            table = view->Previous;
            if (side->PreviousIsFrozen != 0)
            {
                table = view->Current;
                slot = MoveFrozen(view, side, hash, key, slot);
            }
        }
        else
        {
            found = Table<TKey, TValue>.TryFind(table, hash, key, out slot);
        }

        if (!found)
        {
            if (operation.OnAbsent(out TValue added) == EntryAction.Store)
            {
                Insert(view, side, hash, key, added, ref retired);
            }

            return;
        }

        GroupVersion.AwaitHolder(slot.Group);
        TValue value = *Table<TKey, TValue>.ValueAt(slot.Group, slot.Slot);
        switch (operation.OnFound(ref value))
        {
            case EntryAction.Store:
                Table<TKey, TValue>.Update<SeqLockGroups>(slot, value);
                break;
            case EntryAction.Remove:
                Table<TKey, TValue>.Remove<SeqLockGroups>(table, hash, slot);
                side->Count--;
                if (side->SaturatedGroups != 0)
                {
                    CountTowardsRebuild(view, side, ref retired);
                }

                break;
            default:
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    private readonly void Insert(
        ReadView* view, WriteSide* side, ulong hash, in TKey key, in TValue value, ref TableRef retired)
    {
        if (side->Count >= side->MaxEntries)
        {
            Grow(view, side, ref retired);
        }

        side->SaturatedGroups += Table<TKey, TValue>.Insert<SeqLockGroups>(view->Current, hash, key, value);
        side->Count++;
    }

    /// <summary>Starts loading the home group while the lock is being taken. A stale table does no harm.</summary>
    /// <remarks>Both lines of the usual group: a store that misses would hold the unlock up as long as the load did.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m, insert-growing-5m
    private static void Prefetch(ReadView* view, ulong hash)
    {
        if (Sse.IsSupported)
        {
            byte* group = (byte*)Table<TKey, TValue>.HomeGroup(view->Current, hash);
            Sse.Prefetch0(group);
            if (Stride > GroupShape.LineBytes)
            {
                Sse.Prefetch0(group + GroupShape.LineBytes);
            }
        }
    }
}
