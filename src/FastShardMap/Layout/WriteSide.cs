using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>What the writers of a shard share: its lock and, guarded by it, everything else. A line pair of its own,
/// because adjacent-line prefetch on x64 and 128-byte lines on some ARM64 cores move 128 bytes together.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct WriteSide
{
    public const int Bytes = 128;

    /// <summary>A <see cref="LockWord"/>.</summary>
    public int Lock;

    /// <summary>Groups of the current table whose overflow count has stuck at its maximum; of the previous table until a
    /// migration has moved its first group.</summary>
    public int SaturatedGroups;

    /// <summary>Entries of the shard, previous and current table together.</summary>
    public long Count;

    /// <summary>Entries the current table takes before the shard grows; 0 for the sentinel.</summary>
    public long MaxEntries;

    /// <summary>The next group of the previous table to move; 0 if nothing was written to the shard since the migration
    /// began.</summary>
    public ulong MigrationCursor;

    /// <summary>Statistics since the map was created: migrations started.</summary>
    public long MigrationsStarted;

    /// <summary>Migrations finished.</summary>
    public long MigrationsFinished;

    /// <summary>Groups moved by all migrations.</summary>
    public long GroupsMoved;

    /// <summary>Writers that found the lock taken.</summary>
    public long LockWaits;

    /// <summary>Waits that went on to park the thread.</summary>
    public long Parks;

    /// <summary>Reads that gave up on optimism and took the lock.</summary>
    public long ReadFallbacks;

    /// <summary>Bytes of the current table, from its start, that a migration has made resident ahead of itself.</summary>
    public ulong PopulatedBytes;

    /// <summary>Removals since the last rebuild for saturated overflow counts.</summary>
    public long RemovesSinceRebuild;

    /// <summary>Time that writers have waited for the lock, in nanoseconds.</summary>
    public long LockWaitNanoseconds;

    /// <summary>The map whose shard this is: for whoever knows only the address of a lock. Never changes.</summary>
    public MapHeader* Map;

    /// <summary>The shard's index. Never changes.</summary>
    public int ShardIndex;

    /// <summary>1 while a snapshot reads the previous table: slots and control words there must not change.</summary>
    public int PreviousIsFrozen;

    /// <summary>1 while the lock's owner holds all locks for an exclusive phase: others are not to wait, but told.</summary>
    public int IsExclusive;
}
