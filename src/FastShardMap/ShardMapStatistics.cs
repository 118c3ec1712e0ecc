using System.Runtime.InteropServices;

namespace FastShardMap;

/// <summary>Statistics about a map, summed over its shards without a lock. Each number is correct by itself, but while
/// other threads write, the numbers do not belong to one instant.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ShardMapStatistics
{
    /// <summary>The number of entries.</summary>
    public long Count { get; init; }

    /// <summary>The number of entries that the current tables can hold before they grow.</summary>
    public long Capacity { get; init; }

    /// <summary>The number of shards.</summary>
    public int ShardCount { get; init; }

    /// <summary>The number of entries of the fullest shard. A number far above the mean indicates a poor
    /// hasher.</summary>
    public long LargestShardCount { get; init; }

    /// <summary>The number of groups of all current tables.</summary>
    public long Groups { get; init; }

    /// <summary>The number of slots per group, a constant of the key and value types.</summary>
    public int SlotsPerGroup { get; init; }

    /// <summary>The number of entries per slot of the current tables, from 0 to 1.</summary>
    public double LoadFactor => Groups == 0 ? 0 : (double)Count / (Groups * SlotsPerGroup);

    /// <summary>The number of bytes of unmanaged memory that are allocated.</summary>
    public long BytesAllocated { get; init; }

    /// <summary>The number of bytes of reserved address space, including retired tables whose memory has been returned
    /// to the operating system.</summary>
    public long AddressSpaceBytes { get; init; }

    /// <summary>The number of shards that are migrating now.</summary>
    public int MigrationsActive { get; init; }

    /// <summary>The share of groups that the running migrations have moved, from 0 to 1; 1 if none is
    /// running.</summary>
    public double MigrationProgress { get; init; }

    /// <summary>The number of migrations started since the map was created.</summary>
    public long MigrationsStarted { get; init; }

    /// <summary>The number of migrations finished since the map was created. Migrations that <c>Clear</c>,
    /// <c>Dispose</c> or the end of a snapshot made superfluous are not counted.</summary>
    public long MigrationsFinished { get; init; }

    /// <summary>The number of groups moved by all migrations.</summary>
    public long GroupsMoved { get; init; }

    /// <summary>The number of writes that found their shard's lock taken.</summary>
    public long LockWaits { get; init; }

    /// <summary>The number of lock waits that were long enough to put the thread to sleep.</summary>
    public long Parks { get; init; }

    /// <summary>The time that writes have waited for locks, summed over all threads.</summary>
    public TimeSpan LockWaitTime { get; init; }

    /// <summary>The number of reads that took the lock because writers had disturbed them too often.</summary>
    public long ReadFallbacks { get; init; }

    /// <summary>The number of bytes of the records of the entries: the bytes of long keys and, in a <see
    /// cref="BlobShardMap"/>, of values. Records of up to 32,766 bytes are rounded up to a size class. 0 for keys of
    /// fixed size.</summary>
    public long RecordBytesLive { get; init; }

    /// <summary>The number of bytes of all segments and large records. Included in <see
    /// cref="BytesAllocated"/>.</summary>
    public long RecordBytesHeld { get; init; }

    /// <summary>The number of bytes of released records that wait to be used again.</summary>
    public long RecordBytesFree { get; init; }

    /// <summary>The number of bytes of released records and segments that snapshots may still show. They become free
    /// after these snapshots are disposed.</summary>
    public long RecordBytesInLimbo { get; init; }

    /// <summary>The number of segments and large records.</summary>
    public long RecordSegments { get; init; }

    /// <summary>The number of groups with a saturated overflow count; above 0 only with a poor hasher.</summary>
    public long SaturatedGroups { get; init; }
}
