using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The part of a shard that writers share: its lock and the fields that the lock protects. It has a line pair
/// of its own, because adjacent-line prefetch on x64 and 128-byte lines on some ARM64 cores transfer 128 bytes
/// together.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct WriteSide
{
    public const int Bytes = 128;

    /// <summary>A <see cref="LockWord"/>.</summary>
    public int Lock;

    /// <summary>Number of groups of the current table whose overflow count is saturated; of the previous table, until a
    /// migration has moved its first group.</summary>
    public int SaturatedGroups;

    /// <summary>Number of entries of the shard, in both tables together.</summary>
    public long Count;

    /// <summary>Number of entries that the current table can hold before the shard grows; 0 for the sentinel.</summary>
    public long MaxEntries;

    /// <summary>Index of the next group of the previous table to move; 0 if nothing was written to the shard since the
    /// migration began.</summary>
    public ulong MigrationCursor;

    /// <summary>Statistics since the map was created: number of migrations started.</summary>
    public long MigrationsStarted;

    /// <summary>Number of migrations that have moved all groups.</summary>
    public long MigrationsFinished;

    /// <summary>Number of groups moved by all migrations.</summary>
    public long GroupsMoved;

    /// <summary>Number of waits by writers that found the lock taken.</summary>
    public long LockWaits;

    /// <summary>Number of waits that parked the thread.</summary>
    public long Parks;

    /// <summary>Number of reads whose optimistic attempts failed, and which took the lock.</summary>
    public long ReadFallbacks;

    /// <summary>Number of bytes, from the start of the current table, that were resident when a migration began, or
    /// that it has made resident ahead of its moves.</summary>
    public ulong PopulatedBytes;

    /// <summary>Number of removals since the last rebuild for saturated overflow counts.</summary>
    public long RemovesSinceRebuild;

    /// <summary>Total time that writers have waited for the lock, in nanoseconds.</summary>
    public long LockWaitNanoseconds;

    /// <summary>The map of this shard, for code that knows only the address of a lock. Never changes.</summary>
    public MapHeader* Map;

    /// <summary>The index of the shard. Never changes.</summary>
    public int ShardIndex;

    /// <summary>1 while a snapshot reads the previous table, whose slots and control words must then not
    /// change.</summary>
    public int PreviousIsFrozen;

    /// <summary>1 while the lock's owner holds all locks for an exclusive phase. Other threads then must not wait, but
    /// throw.</summary>
    public int IsExclusive;
}
