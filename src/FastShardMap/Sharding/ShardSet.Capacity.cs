using System.Globalization;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Limits the rounds of trimming, because writers may fill a shard as fast as it is trimmed. A shard
    /// without writers needs two or three rounds (see SlackFor).</summary>
    private const int MaxTrimRounds = 16;

    /// <summary>Makes room for this many entries in total, and finishes the migrations that this starts.</summary>
    /// <exception cref="OutOfMemoryException">The capacity exceeds the machine's memory, or the operating system
    /// refuses the memory.</exception>
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

    /// <summary>Moves every shard to the smallest table that fits its entries, and returns the rest to the operating
    /// system.</summary>
    public readonly void TrimExcess()
    {
        using InterruptDeferral deferral = new(EnterThread());
        for (int shard = 0; shard < ShardCount; shard++)
        {
            bool mayCompact = true;
            for (int round = 0; round < MaxTrimRounds && Trim(ShardAt(shard), ref mayCompact); round++)
            {
                ShardAt(shard).FinishMigration();
            }
        }

        _arena.DrainRetired();
    }

    /// <summary>Moves some groups of every migrating shard, with one hold of the lock per shard.</summary>
    /// <returns>Whether groups are left to move.</returns>
    public readonly bool MoveSomeEverywhere()
    {
        ThrowIfDisposed();
        bool left = false;
        for (int shard = 0; shard < ShardCount; shard++)
        {
            // The check needs no lock: a migration that starts now is found the next time. Skip a shard whose table a
            // snapshot may still give back, and a shard in an exclusive phase until its end.
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

    /// <summary>Finishes the migrations of all shards, in short holds of one lock at a time.</summary>
    public readonly void FinishMigrations()
    {
        for (int shard = 0; shard < ShardCount; shard++)
        {
            // The check needs no lock: the thread that started the migration sees it.
            if (ViewGeneration.BeginRead(_views + shard).IsMigrating)
            {
                ShardAt(shard).FinishMigration();
            }
        }
    }

    /// <summary>The number of inserts that a smaller table must leave room for, so that writers that help at the
    /// constant rate finish the migration before the table is full. Shrinking by a large factor takes several
    /// migrations, each with less slack.</summary>
    public readonly long SlackFor(ulong groups) => (long)(groups / (uint)MigrationStepGroups);

    /// <summary>Computes the table that holds each shard's share of a capacity, with room for the spread of random
    /// hashes: four standard deviations.</summary>
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
            // Thrown below.
        }

#pragma warning disable CA2201, MA0012 // a reservation larger than the machine is a lack of memory
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

            // Outside the lock, because prefaulting takes time.
            ThreadState thread = EnterThread();
            TableRef unused = Volatile.Read(ref side->MaxEntries) < share
                ? AllocateTable(size, reserved: true)
                : TableRef.None;
            try
            {
                using LockedShard<TKey, TValue, THasher> locked = shard.Enter(thread, guarded: false);
                ThrowIfDisposed();

                // A migrating shard may get its previous table back from a snapshot, and that table may be smaller.
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
                // This also runs if the lock could not be taken: the new table must not leak.
                if (!unused.IsNone)
                {
                    Retire(unused);
                }
            }
        }

        shard.FinishMigration();
    }

    private readonly bool Trim(Shard<TKey, TValue, THasher> shard, ref bool mayCompact)
    {
        using LockedShard<TKey, TValue, THasher> locked = shard.Enter(EnterThread(), guarded: false);
        ThrowIfDisposed();
        return locked.Trim(ref mayCompact);
    }
}
