using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Limits the rounds of finishing migrations before the freeze, because writers may start growths as fast
    /// as they are finished. After that, the rest is moved while all locks are held.</summary>
    private const int MaxFreezeRounds = 8;

    /// <summary>Freezes every shard's table at one instant.</summary>
    /// <param name="frozen">Receives one table per shard; none for an empty shard.</param>
    /// <param name="epochs">One epoch per shard, from <see cref="AllocateEpochs"/>.</param>
    /// <returns>The number of entries in the tables.</returns>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing is frozen.</exception>
    public readonly long Freeze(Span<TableRef> frozen, RecordEpoch* epochs)
    {
        TableRef[] next = new TableRef[ShardCount];
        List<TableRef> retired = new(2 * ShardCount);
        try
        {
            long count;
            int round = 0;
            do
            {
                // Everything that takes time happens outside the locks.
                for (int shard = 0; shard < next.Length; shard++)
                {
                    ShardAt(shard).FinishMigration();
                    PrepareCopy(_views + shard, _writeSides + shard, ref next[shard], retired);
                }
            }
            while (!TryFreeze(frozen, epochs, next, retired, canWait: round++ < MaxFreezeRounds, out count));
            return count;
        }
        finally
        {
            foreach (TableRef table in next)
            {
                AddUnlessNone(retired, table);
            }

            RetireAll(retired);
            RetireAllSegments();
        }
    }

    private readonly bool TryFreeze(
        Span<TableRef> frozen,
        RecordEpoch* epochs,
        TableRef[] next,
        List<TableRef> retired,
        bool canWait,
        out long count)
    {
        using AllLocks<TKey, TValue, THasher> all = EnterAll();
        all.Thread.EnterCallback(_arena);
        try
        {
            ThrowIfDisposed();
            count = Count;
            if (canWait && IsAnyMigrating())
            {
                return false;
            }

            // First the steps that can fail, shard by shard; then the steps that cannot.
            for (int shard = 0; shard < next.Length; shard++)
            {
                all.ShardAt(shard, retired).FinishMigration();
                PrepareCopy(_views + shard, _writeSides + shard, ref next[shard], retired);
            }

            for (int shard = 0; shard < next.Length; shard++)
            {
                LockedShard<TKey, TValue, THasher> locked = all.ShardAt(shard, retired);
                frozen[shard] = locked.Freeze(ref next[shard]);
                if (KeyStore<TKey>.HasRecords && !frozen[shard].IsNone)
                {
                    locked.BeginEpoch(epochs + shard);
                }
            }

            return true;
        }
        finally
        {
            all.Thread.LeaveCallback();
        }
    }

    /// <summary>Ends a snapshot's use of a frozen table, whatever has happened to the map since.</summary>
    /// <param name="shard">The shard of the table.</param>
    /// <param name="table">The table.</param>
    /// <param name="epoch">The epoch that began when the table was frozen; null if the keys have no records.</param>
    /// <param name="wait">Whether to wait for the shard's lock.</param>
    /// <returns><see langword="false"/> if the lock is taken and <paramref name="wait"/> is <see langword="false"/>;
    /// nothing has changed.</returns>
    public readonly bool TryThaw(int shard, TableRef table, RecordEpoch* epoch, bool wait)
    {
        bool done = TryThawTable(shard, table, epoch, wait);
        RetireSegments(shard);
        return done;
    }

    private readonly bool TryThawTable(int shard, TableRef table, RecordEpoch* epoch, bool wait)
    {
        WriteSide* side = _writeSides + shard;
        ThreadState thread = EnterThread();
        if (ShardLock.IsOwnedBy(side, thread))
        {
            ThawInExclusivePhase(shard, table, epoch, thread);
            return true;
        }

        if (wait)
        {
            ShardLock.EnterUninterrupted(side, thread);
        }
        else if (!ShardLock.TryEnterAtOnce(side, thread))
        {
            return false;
        }

        using LockedShard<TKey, TValue, THasher> locked =
            LockedShard<TKey, TValue, THasher>.Owned(ShardAt(shard), thread, guarded: false);
        locked.Thaw(table, epoch);
        return true;
    }

    /// <summary>Returns the index of a hash's shard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // backends: reads of a snapshot
    public readonly int ShardOf(ulong hash) => (int)(HashBits.ViewOffset(hash, _viewMask) >> HashBits.ShardShift);

    /// <summary>Returns the total size of the tables.</summary>
    public readonly long BytesOf(ReadOnlySpan<TableRef> tables)
    {
        long bytes = 0;
        foreach (TableRef table in tables)
        {
            bytes += table.IsNone ? 0 : (long)table.Size.Bytes(Stride);
        }

        return bytes;
    }

    private readonly bool IsAnyMigrating()
    {
        for (int shard = 0; shard < ShardCount; shard++)
        {
            if (!_views[shard].Previous.IsNone)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Prepares a table that holds the shard's entries, and has room for the inserts that arrive while they
    /// are moved. Without the lock, its size is an estimate; with the lock, it is sufficient.</summary>
    private readonly void PrepareCopy(ReadView* view, WriteSide* side, ref TableRef next, List<TableRef> retired)
    {
        long count = Volatile.Read(ref side->Count);
        TableRef current = TableRef.FromWord(Volatile.Read(ref *(ulong*)&view->Current));
        if (count == 0 || IsSentinel(current))
        {
            return;
        }

        long needed = count + SlackFor(current.Groups);
        if (!next.IsNone && TableSize.MaxEntries(next.Groups, Slots) >= needed)
        {
            return;
        }

        AddUnlessNone(retired, next);
        next = TableRef.None;
        TableSize size = TableSize.ForEntries(needed, Slots);
        next = AllocateTable(size.Groups > current.Groups ? size : current.Size, reserved: false);
    }

    private static void AddUnlessNone(List<TableRef> tables, TableRef table)
    {
        if (!table.IsNone)
        {
            tables.Add(table);
        }
    }

    /// <summary>The options that create another map with the same hashes and the same number of shards. The name is
    /// left out, because it belongs to one map.</summary>
    public readonly ShardSetOptions OptionsOfTwin => _options with { Capacity = 0, Seed = _seed, Name = null };

    public readonly HashSeed Seed => _seed;

    /// <summary>What the keys are.</summary>
    public readonly KeyForm KeyForm => _options.KeyForm;

    /// <summary>Fills an empty shard with a copy of a frozen table of the same shard of another map with the same
    /// seed.</summary>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    // Safety: no other thread has access to this map yet, and the source stays frozen.
    public readonly void CopyFrozen(int shard, TableRef source)
    {
        TableRef copy = AllocateTable(source.Size, reserved: true);
        nuint bytes = source.Size.Bytes(Stride);
        Buffer.MemoryCopy(source.Base, copy.Base, bytes, bytes);
        long count = 0;
        int saturated = 0;
        for (ulong index = 0; index < copy.Groups; index++)
        {
            // The versions of the source continue to change: its migration marks groups as moved, and a thread may lock
            // a group before it finds out that the table is frozen.
            Group* group = Table<TKey, TValue>.GroupAt(copy, index);
            group->Version = new VersionWord(group->Version).OfCopy(group->Control).Word;
            count += ControlWord.CountOccupied(group->Control, Slots);
            saturated += ControlWord.IsSaturated(group->Control) ? 1 : 0;
        }

        using LockedShard<TKey, TValue, THasher> unshared = OwnedAlready(shard, ThreadState.Current, guarded: false);
        unshared.StartMigration(copy); // nothing to move: the shard is empty
        unshared.Side->Count = count;
        unshared.Side->SaturatedGroups = saturated;
    }
}
