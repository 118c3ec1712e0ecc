using System.Runtime.InteropServices;

namespace FastShardMap;

/// <summary>What a map knows of itself, summed over its shards without a lock: each number is right by itself; together
/// they are of no particular moment while others write.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ShardMapStatistics
{
    /// <summary>Entries.</summary>
    public long Count { get; init; }

    /// <summary>Entries that the current tables take before they grow.</summary>
    public long Capacity { get; init; }

    /// <summary>Shards.</summary>
    public int ShardCount { get; init; }

    /// <summary>Entries of the fullest shard: far above the mean it tells of a bad hasher.</summary>
    public long LargestShardCount { get; init; }

    /// <summary>Groups of all current tables.</summary>
    public long Groups { get; init; }

    /// <summary>Slots of a group, a constant of the key and value type.</summary>
    public int SlotsPerGroup { get; init; }

    /// <summary>Entries per slot of the current tables, 0 to 1.</summary>
    public double LoadFactor => Groups == 0 ? 0 : (double)Count / (Groups * SlotsPerGroup);

    /// <summary>Bytes of unmanaged memory held.</summary>
    public long BytesAllocated { get; init; }

    /// <summary>Bytes of address space held, including retired tables whose memory is back at the system.</summary>
    public long AddressSpaceBytes { get; init; }

    /// <summary>Shards that are migrating now.</summary>
    public int MigrationsActive { get; init; }

    /// <summary>The share of groups that the running migrations have moved, 0 to 1; 1 if none is running.</summary>
    public double MigrationProgress { get; init; }

    /// <summary>Migrations started since the map was created.</summary>
    public long MigrationsStarted { get; init; }

    /// <summary>Migrations finished since the map was created. Those that <c>Clear</c>, <c>Dispose</c> or the end of a
    /// snapshot made superfluous are not.</summary>
    public long MigrationsFinished { get; init; }

    /// <summary>Groups moved by all migrations.</summary>
    public long GroupsMoved { get; init; }

    /// <summary>Writes that found their shard's lock taken.</summary>
    public long LockWaits { get; init; }

    /// <summary>Lock waits long enough to put the thread to sleep.</summary>
    public long Parks { get; init; }

    /// <summary>Time that writes have waited for locks, all threads together.</summary>
    public TimeSpan LockWaitTime { get; init; }

    /// <summary>Reads that writers disturbed so often that they took the lock.</summary>
    public long ReadFallbacks { get; init; }

    /// <summary>Groups with a stuck overflow count; above 0 only with a poor hasher.</summary>
    public long SaturatedGroups { get; init; }
}
