using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The part of a cache's shard that says which entry goes next: the state of two rings of slot positions, and
/// of the ghosts. The lock of the shard protects it. It has line pairs of its own.</summary>
/// <remarks>An occupied slot has exactly one place in the rings. An empty slot has at most one, which is left behind by
/// an entry that was removed; the next entry of that slot inherits it.</remarks>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct CacheSide
{
    public const int Bytes = 256;

    /// <summary>The number of words of a row of ghosts.</summary>
    public const int GhostsPerRow = 4;

    /// <summary>The bit in the byte of a group whose records were moved before the compaction has come to it.</summary>
    public const byte MovedBit = 0x80;

    /// <summary>The small ring: <see cref="SlotPosition"/> of entries that have yet to prove their worth.</summary>
    public uint* Small;

    /// <summary>The main ring: positions of the other entries. It has room for every slot.</summary>
    public uint* Main;

    /// <summary>One byte per group, with the bit of each slot that has a place in a ring, and
    /// <see cref="MovedBit"/>.</summary>
    public byte* InRing;

    /// <summary>Rows of <see cref="GhostWord"/>.</summary>
    public ushort* Ghosts;

    /// <summary>The number of entries at which the next one evicts another. Never changes.</summary>
    public long Limit;

    /// <summary>The group at which the next insert looks for expired entries.</summary>
    public ulong SweepCursor;

    public uint SmallHead;
    public uint SmallCount;
    public uint SmallRoom;
    public uint MainHead;
    public uint MainCount;
    public uint MainRoom;
    public uint GhostRows;

    /// <summary>The current epoch of the ghosts.</summary>
    public uint Epoch;

    /// <summary>The number of evictions in the current epoch.</summary>
    public uint EpochEvictions;

    /// <summary>The number of evictions per epoch. Never changes.</summary>
    public uint EpochLength;

    /// <summary>The number of entries that the small ring should have, in halves.</summary>
    public uint SmallTarget;

    /// <summary>Statistics since the cache was created: number of entries added.</summary>
    public long Added;

    /// <summary>Number of entries removed by the program, those of Clear included.</summary>
    public long Removed;

    /// <summary>Number of entries evicted to make room for another.</summary>
    public long Evicted;

    /// <summary>Number of entries evicted by Trim.</summary>
    public long Trimmed;

    /// <summary>Number of entries removed because they had expired.</summary>
    public long Expired;

    /// <summary>Number of evictions of a marked entry, because many marked ones stood before it.</summary>
    public long Forced;

    /// <summary>Number of additions of a key whose entry was evicted a short time before.</summary>
    public long GhostHits;

    /// <summary>Number of ring entries that evictions have looked at.</summary>
    public long Pops;

    /// <summary>For values of any length: the number of bytes that the records of all entries may take. Never
    /// changes.</summary>
    public long RecordLimit;

    /// <summary>For values of any length: the number of bytes that segments and large records may take. Never
    /// changes.</summary>
    public long RecordRoom;

    /// <summary>Number of entries evicted to make room for the record of another.</summary>
    public long EvictedForBytes;

    /// <summary>Number of times that the records were moved together.</summary>
    public long Compactions;

    /// <summary>Of the first shard: the index of the shard whose records are being moved together, plus 1; 0 if there
    /// is none. Set by compare-exchange, and cleared by the owner of the lock of that shard.</summary>
    public long Compacting;

    /// <summary>1 while the records of this shard are being moved together.</summary>
    public long IsMoving;

    /// <summary>While they are: the group that is next. The records of the groups before it have been moved.</summary>
    public ulong MoveCursor;

    /// <summary>The number of places that the small ring has given up, by which a copy of the ring goes on.</summary>
    public ulong SmallPops;

    /// <summary>The same of the main ring.</summary>
    public ulong MainPops;
}
