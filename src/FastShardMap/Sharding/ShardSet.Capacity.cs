using System.Globalization;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Writers may fill a shard as fast as it is trimmed; past this many rounds they have their way. A quiet
    /// shard needs two or three (see SlackFor).</summary>
    private const int MaxTrimRounds = 16;

    /// <summary>Makes room for a number of entries in all; finishes the migrations it starts.</summary>
    /// <exception cref="OutOfMemoryException">More than the machine has, or the system refuses the memory.</exception>
    public readonly void EnsureCapacity(long capacity)
    {
        TableSize size = ShareOf(capacity);
        using InterruptDeferral deferral = new(EnterThread());
        long share = TableSize.MaxEntries(size.Groups, Slots);
        for (int shard = 0; shard < ShardCount; shard++)
        {
            EnsureShardCapacity(ShardAt(shard), share, size);
        }
    }

    /// <summary>Moves every shard to the smallest table for its entries, and gives the rest back to the system.</summary>
    public readonly void TrimExcess()
    {
        using InterruptDeferral deferral = new(EnterThread());
        for (int shard = 0; shard < ShardCount; shard++)
        {
            for (int round = 0; round < MaxTrimRounds && Trim(ShardAt(shard)); round++)
            {
                ShardAt(shard).FinishMigration();
            }
        }

        _arena.DrainRetired();
    }

    /// <summary>Moves some groups of every migrating shard, one hold of a lock each.</summary>
    /// <returns>Whether groups are left.</returns>
    public readonly bool MoveSomeEverywhere()
    {
        ThrowIfDisposed();
        bool left = false;
        for (int shard = 0; shard < ShardCount; shard++)
        {
            // A look without the lock: a migration that starts now is found the next time. A shard that a snapshot may
            // still give its table back is left alone, and one in an exclusive phase to its end.
            WriteSide* side = _writeSides + shard;
            if (ViewGeneration.BeginRead(_views + shard).IsMigrating
                && Volatile.Read(ref side->IsExclusive) == 0
                && (Volatile.Read(ref side->PreviousIsFrozen) == 0 || Volatile.Read(ref side->MigrationCursor) != 0))
            {
                left |= ShardAt(shard).MoveSome(Shard<TKey, TValue, THasher>.GroupsPerHold);
            }
        }

        return left;
    }

    /// <summary>Drives the migrations of all shards to their ends, in short holds of one lock at a time.</summary>
    public readonly void FinishMigrations()
    {
        for (int shard = 0; shard < ShardCount; shard++)
        {
            // A look without the lock: the thread that has started the migration sees it.
            if (ViewGeneration.BeginRead(_views + shard).IsMigrating)
            {
                ShardAt(shard).FinishMigration();
            }
        }
    }

    /// <summary>Inserts that a shrinking table must have room for, so that writers that help at the constant rate end
    /// the migration before the table is full. Shrinking by much takes several migrations, each with less slack.</summary>
    public readonly long SlackFor(ulong groups) => (long)(groups / (uint)MigrationStepGroups);

    /// <summary>The table that gives every shard its share of a capacity, with room for the spread of random hashes:
    /// four standard deviations.</summary>
    private readonly TableSize ShareOf(long capacity)
    {
        string limit = "the address space";
        try
        {
            double mean = (double)capacity / ShardCount;
            long share = ShardCount == 1
                ? capacity
                : checked((long)Math.Ceiling(mean + Math.Min(4 * Math.Sqrt(mean), capacity - mean)));
            TableSize size = TableSize.ForEntries(share, Slots);
            UInt128 bytes = (UInt128)size.Bytes(Stride) * (uint)ShardCount;
            if (!NativeMemoryLimit.IsExceededBy(bytes, out NativeMemoryLimit exceeded))
            {
                return size;
            }

            limit = exceeded.ToString();
        }
        catch (OverflowException)
        {
            // Reported below.
        }

#pragma warning disable CA2201, MA0012 // a reservation larger than the machine is running out of memory
        throw new OutOfMemoryException(string.Create(
            CultureInfo.InvariantCulture,
            $"A capacity of {capacity:N0} entries of {GroupShape<TKey, TValue>.SlotBytes} bytes exceeds {limit}."));
#pragma warning restore CA2201, MA0012
    }

    private readonly void EnsureShardCapacity(Shard<TKey, TValue, THasher> shard, long share, TableSize size)
    {
        WriteSide* side = shard.Side;
        bool isEnough = false;
        while (!isEnough)
        {
            shard.FinishMigration();

            // Outside the lock: pre-faulting takes its time.
            ThreadState thread = EnterThread();
            TableRef unused = Volatile.Read(ref side->MaxEntries) < share ? AllocateTable(size, reserved: true) : TableRef.None;
            try
            {
                using LockedShard<TKey, TValue, THasher> locked = shard.Enter(thread, guarded: false);
                ThrowIfDisposed();

                // A migrating shard may get its previous table back from a snapshot, and that may be smaller.
                if (shard.View->Previous.IsNone)
                {
                    isEnough = side->MaxEntries >= share || !unused.IsNone;
                    if (side->MaxEntries < share && !unused.IsNone)
                    {
                        locked.StartMigration(unused);
                        unused = TableRef.None;
                    }
                }
            }
            finally
            {
                // Also if the lock could not be had: the new table must not be lost.
                if (!unused.IsNone)
                {
                    Retire(unused);
                }
            }
        }

        shard.FinishMigration();
    }

    private readonly bool Trim(Shard<TKey, TValue, THasher> shard)
    {
        using LockedShard<TKey, TValue, THasher> locked = shard.Enter(EnterThread(), guarded: false);
        ThrowIfDisposed();
        return locked.Trim();
    }
}
