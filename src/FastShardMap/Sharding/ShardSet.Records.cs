using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Number of records that the end of a snapshot frees per hold of a lock.</summary>
    private const int DrainedPerHold = 4096;

    /// <summary>Allocates the epochs of a snapshot, one per shard.</summary>
    /// <returns>The epochs; null if the map's keys have no records.</returns>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public readonly RecordEpoch* AllocateEpochs() =>
        KeyStore<TKey>.HasRecords ? (RecordEpoch*)_arena.Allocate(EpochBytes) : null;

    /// <summary>Returns the epochs of a snapshot, all of which have ended or never begun.</summary>
    public readonly void RetireEpochs(RecordEpoch* epochs)
    {
        if (epochs is not null)
        {
            _arena.Retire((byte*)epochs, EpochBytes);
        }
    }

    /// <summary>Frees the records that a snapshot has left, in bounded holds of the lock.</summary>
    public readonly void DrainRecords(int shard)
    {
        bool left = KeyStore<TKey>.HasRecords;
        while (left)
        {
            ThreadState thread = EnterThread();
            WriteSide* side = _writeSides + shard;
            if (ShardLock.IsOwnedBy(side, thread))
            {
                return; // an exclusive phase: later writes free them
            }

            ShardLock.EnterUninterrupted(side, thread);
            using LockedShard<TKey, TValue, THasher> locked =
                LockedShard<TKey, TValue, THasher>.Owned(ShardAt(shard), thread, guarded: false);
            left = locked.DrainRecords(DrainedPerHold);
        }
    }

    /// <summary>Returns the segments that a shard no longer uses to the arena. The caller holds no lock; except that a
    /// cache, which must not exceed its limit, also does this under the lock of the shard.</summary>
    public readonly void RetireSegments(int shard)
    {
        if (!KeyStore<TKey>.HasRecords)
        {
            return;
        }

        RecordHeap* heap = _header->RecordHeaps + shard;
        RecordSegment* segment =
            (RecordSegment*)Interlocked.Exchange(ref *(ulong*)&heap->RetiredSegments, 0);
        while (segment is not null)
        {
            RecordSegment* next = segment->Next;
            _arena.Retire((byte*)segment, (nuint)segment->Bytes);
            segment = next;
        }
    }

    /// <summary>Like <see cref="RetireSegments"/>, for all shards.</summary>
    public readonly void RetireAllSegments()
    {
        for (int shard = 0; KeyStore<TKey>.HasRecords && shard < ShardCount; shard++)
        {
            RetireSegments(shard);
        }
    }

    private readonly nuint EpochBytes => (nuint)(uint)ShardCount * RecordEpoch.Bytes;
}
