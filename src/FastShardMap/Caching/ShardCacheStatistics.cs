using System.Runtime.InteropServices;

namespace FastShardMap;

/// <summary>Statistics about a cache, summed over its shards without a lock. Each number is correct by itself, but
/// while other threads write, the numbers do not belong to one instant. The counts are those since the cache was
/// created.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ShardCacheStatistics
{
    /// <summary>The number of lookups that found their key, not counting <c>TryPeek</c>; 0 unless
    /// <see cref="ShardCacheOptions.CountRequests"/> is set.</summary>
    public long Hits { get; init; }

    /// <summary>The number of lookups that did not find their key, or found an expired entry; 0 unless
    /// <see cref="ShardCacheOptions.CountRequests"/> is set.</summary>
    public long Misses { get; init; }

    /// <summary>The share of lookups that found their key, from 0 to 1; 0 if none was counted.</summary>
    public double HitRatio => Hits + Misses == 0 ? 0 : (double)Hits / (Hits + Misses);

    /// <summary>The number of entries that were added.</summary>
    public long Added { get; init; }

    /// <summary>The number of calls of <c>Set</c> that replaced the value of a present key; 0 unless
    /// <see cref="ShardCacheOptions.CountRequests"/> is set.</summary>
    public long Replaced { get; init; }

    /// <summary>The number of entries that the program removed, those of <c>Clear</c> included.</summary>
    public long Removed { get; init; }

    /// <summary>The number of entries that were evicted because the limit of entries was reached.</summary>
    public long EvictedForEntries { get; init; }

    /// <summary>The number of entries that were evicted because the limit of bytes was reached.</summary>
    public long EvictedForBytes { get; init; }

    /// <summary>The number of entries of a <see cref="BlobShardCache"/> that were not stored because they are too
    /// large.</summary>
    public long Refused { get; init; }

    /// <summary>The number of bytes that the keys and values of a <see cref="BlobShardCache"/> take in its records,
    /// with what is lost to rounding; 0 for other caches.</summary>
    public long RecordBytes { get; init; }

    /// <summary>How often a <see cref="BlobShardCache"/> has moved the records of a shard together; 0 for other
    /// caches.</summary>
    public long Compactions { get; init; }

    /// <summary>The number of entries that <c>Trim</c> evicted.</summary>
    public long Trimmed { get; init; }

    /// <summary>The number of entries that were removed because they had expired.</summary>
    public long Expired { get; init; }

    /// <summary>The number of evictions that took an entry in use, because sixteen such entries stood in a
    /// row.</summary>
    public long ForcedEvictions { get; init; }

    /// <summary>The number of additions of a key that had been evicted a short time before.</summary>
    public long GhostHits { get; init; }

    /// <summary>The share of the entries that new entries get before they must have been used, from 0 to 1; the mean of
    /// the shards. It moves between 0.02 and 0.5.</summary>
    public double SmallShare { get; init; }

    /// <summary>The number of entries, including those that have expired and were not removed yet.</summary>
    public long Count { get; init; }

    /// <summary>The number of entries that the cache never exceeds.</summary>
    public long MaxEntries { get; init; }

    /// <summary>The number of shards.</summary>
    public int ShardCount { get; init; }

    /// <summary>The number of bytes of unmanaged memory that are allocated.</summary>
    public long BytesAllocated { get; init; }
}
