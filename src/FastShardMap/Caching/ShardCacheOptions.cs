using FastShardMap.Layout;

#pragma warning disable MA0015 // the exception of a setter names the option, and not 'value'

namespace FastShardMap;

/// <summary>Specifies how a <see cref="ShardCache{TKey, TValue}"/> or a <see cref="BlobShardCache"/> is created. A <see
/// cref="ShardCache{TKey, TValue}"/> needs <see cref="MaxEntries"/> or <see cref="MaxBytes"/>; a <see
/// cref="BlobShardCache"/> needs <see cref="MaxBytes"/>.</summary>
public sealed class ShardCacheOptions
{
    /// <summary>The maximum number of shards.</summary>
    public const int MaxShardCount = HashBits.MaxShards;

    /// <summary>The longest time to live of an entry that expires: 397 days.</summary>
    public static readonly TimeSpan MaxTimeToLive = ExpiryTick.MaxTimeToLive;

    /// <summary>The number of entries that the cache never exceeds; 1 or more. Default: 0, which means that only
    /// <see cref="MaxBytes"/> limits the cache.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public long MaxEntries
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(MaxEntries));
            field = value;
        }
    }

    /// <summary>The number of bytes of unmanaged memory that the cache never exceeds; 1 or more. Default: 0, which
    /// means that only <see cref="MaxEntries"/> limits the cache.</summary>
    /// <remarks>All entries of a <see cref="ShardCache{TKey, TValue}"/> have the same size. There, this is another
    /// way to give a number of entries: as many as fit, with the tables and everything else that the cache allocates.
    /// If both limits are set, the lower number counts. In a <see cref="BlobShardCache"/>, this bounds the tables and
    /// the records, and <see cref="MaxEntries"/> is the number of entries that the tables have room for (if it is not
    /// set, it is chosen for entries of 512 bytes).</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public long MaxBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(MaxBytes));
            field = value;
        }
    }

    /// <summary>The time after which an entry expires, if the call that stores it does not say otherwise; null or
    /// <see cref="Timeout.InfiniteTimeSpan"/> for never. Default: null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative (but not
    /// <see cref="Timeout.InfiniteTimeSpan"/>), or more than <see cref="MaxTimeToLive"/>.</exception>
    public TimeSpan? TimeToLive
    {
        get;
        set
        {
            if (value is { } timeToLive)
            {
                ThrowIfInvalid(timeToLive, nameof(TimeToLive));
            }

            field = value;
        }
    }

    /// <summary>The number of shards, from 1 to <see cref="MaxShardCount"/>; rounded up to a power of two, but not
    /// above the number of entries. Default: 0, which selects as many as a map has, and fewer if a shard would have
    /// fewer than 512 entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or too large.</exception>
    public int ShardCount
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(ShardCount));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxShardCount, nameof(ShardCount));
            field = value;
        }
    }

    /// <summary>Whether to request huge pages (transparent, 2 MiB) for tables of that size. Default: false.</summary>
    public bool HugePages { get; set; }

    /// <summary>Whether to make all pages of the tables resident at once, so that inserts cause no page faults.
    /// Default: false.</summary>
    public bool Prefault { get; set; }

    /// <summary>Whether the cache counts its hits, misses and replacements. Default: false.</summary>
    /// <remarks>Each thread counts in memory of its own, so threads do not disturb each other. A count costs a
    /// nanosecond or two per request.</remarks>
    public bool CountRequests { get; set; }

    /// <summary>The maximum number of notices in <see cref="ShardCache{TKey, TValue, THasher}.Removals"/> that wait for
    /// a reader. Default: 0, which means that the cache gives no notices.</summary>
    /// <remarks>The operation that removes the entry writes its notice to a channel, after it has released the
    /// lock.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int PendingRemovals
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(PendingRemovals));
            field = value;
        }
    }

    /// <summary>The name of the cache in metrics, events, dumps and debuggers. Only named caches publish metrics.
    /// Default: null.</summary>
    public string? Name { get; set; }

    /// <summary>The clock of the cache, for tests. Default: null, which selects the clock of the library: it is read
    /// from a variable that a thread of the process stores every 16 ms.</summary>
    /// <remarks>A cache with another provider asks it with every request that meets an entry with a time to live, which
    /// takes longer.</remarks>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>For tests: a fixed seed.</summary>
    internal HashSeed? Seed { get; set; }

    /// <summary>Throws if a time to live is neither infinite nor in the range of the clock.</summary>
    internal static void ThrowIfInvalid(TimeSpan timeToLive, string parameterName)
    {
        if (timeToLive == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        if (timeToLive <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                parameterName,
                timeToLive,
                "A time to live must be more than zero. Use Timeout.InfiniteTimeSpan for entries that never expire.");
        }

        if (timeToLive > MaxTimeToLive)
        {
            throw new ArgumentOutOfRangeException(
                parameterName,
                timeToLive,
                $"A time to live must be at most {MaxTimeToLive.Days} days. "
                + "Use Timeout.InfiniteTimeSpan for entries that never expire.");
        }
    }
}
