using System.Diagnostics;
using System.Threading.Channels;
using FastShardMap.Caching;
using FastShardMap.Flights;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

/// <summary>A concurrent cache from text or bytes to bytes of different lengths, in unmanaged memory with a limit of
/// bytes. Lookups take no lock, an addition to a full cache evicts entries that are unlikely to be used again, entries
/// may have a time to live, and no entry is an object of the garbage collector.</summary>
/// <remarks>
/// <para><b>Limit.</b> <see cref="ShardCacheOptions.MaxBytes"/> bounds all memory of the cache: tables, records, and
/// what is lost between records. <see cref="BytesAllocated"/> never exceeds it. Of what the tables leave, the records
/// of the entries get two fifths if there is one shard, and nearly four fifths if there are many; the rest is for what
/// is lost between records, and for moving the records of one shard together.
/// <see cref="ShardCacheOptions.MaxEntries"/> is the number of entries that the tables have room for. If it is not set,
/// it is chosen for entries of 512 bytes: set it if yours are much smaller.</para>
/// <para><b>Policy, time</b> and statistics are those of <see cref="ShardCache{TKey, TValue, THasher}"/>. An entry of
/// more than an eighth of its shard's records (<see cref="MaxEntryBytes"/>) is not stored.</para>
/// <para><b>Keys and values</b> are those of <see cref="BlobShardMap"/>.</para>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads, including
/// <see cref="Dispose"/>. Operations on one key are linearizable, except that an entry may leave at any time. A write
/// that finds no room although there are many free records of other lengths begins to move the records of its shard
/// together. Later writes to the shard and a background thread do the rest, in steps: a hold of the lock moves the
/// records of 8 to 64 groups. A write to another shard that needs the same first finishes this one. Lookups
/// continue.</para>
/// <para><b>Allocation.</b> Lookups and writes allocate no managed memory, with two exceptions. If
/// <see cref="ShardCacheOptions.PendingRemovals"/> is set, each notice has an array with copies of key and value. The
/// values of <c>GetOrAddAsync</c> are arrays. Other operations allocate only what their documentation says.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed unsafe partial class BlobShardCache : IDisposable
{
    private readonly ShardCache<RecordKey, BlobRef, RecordKeyHasher> _cache;
    private readonly HashSeed _seed;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="options">The options, which are copied. <see cref="ShardCacheOptions.MaxBytes"/> must be
    /// set.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">The options have no limit of bytes, or one that is too small for the
    /// tables and shards.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory of the tables.</exception>
    public BlobShardCache(ShardCacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        MaxBytes = options.MaxBytes;
        _cache = new ShardCache<RecordKey, BlobRef, RecordKeyHasher>(
            options,
            CacheShape.ForBlobs(options, GroupShape<RecordKey, CacheEntry<BlobRef>>.Shape),
            isLimitedByBytes: false,
            KeyForm.Text);
        _seed = _cache.Shards.Seed;
        MaxEntryBytes = _cache.MaxRecordBytes;
    }

    /// <summary>The number of bytes of unmanaged memory that the cache never exceeds.</summary>
    public long MaxBytes { get; }

    /// <summary>The number of bytes that the record of an entry may have: the key, if it has more than 15 bytes, and
    /// the value, rounded up to the next size of a record.</summary>
    public long MaxEntryBytes { get; }

    /// <summary>The number of entries that the cache never exceeds.</summary>
    public long MaxEntries => _cache.MaxEntries;

    /// <summary>The number of entries, including those that have expired and were not removed yet.</summary>
    /// <value>Exact while no thread writes; otherwise the sum of the counts of the shards, each read at its own
    /// moment.</value>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public long Count => _cache.Count;

    /// <summary>The number of bytes of unmanaged memory that the cache has allocated. 0 after <see cref="Dispose"/>,
    /// except for the few pages that stale readers may still use.</summary>
    public long BytesAllocated => _cache.BytesAllocated;

    /// <summary>The notices of entries that have left the cache, in about the order in which they have left; null
    /// unless <see cref="ShardCacheOptions.PendingRemovals"/> is set.</summary>
    /// <remarks>Each notice has a copy of the key and of the value, which is made under the lock of the shard: the
    /// garbage collector sees them, and the limit of bytes does not count them. If more notices wait than the options
    /// allow, the oldest is dropped. Replacing the value of a present key gives no notice, and <see cref="Dispose"/>
    /// gives none for the entries that are left. It completes the channel.</remarks>
    public ChannelReader<BlobShardCacheRemoval>? Removals =>
        (_cache.RemovalNotices as RemovalChannel<RecordKey, BlobRef, BlobShardCacheRemoval>)?.Reader;

    /// <summary>The number of notices that were dropped because they were not read in time.</summary>
    public long DroppedRemovals => _cache.DroppedRemovals;

    internal ShardCache<RecordKey, BlobRef, RecordKeyHasher> Inner => _cache;

    /// <summary>Returns the sums of the statistics of all shards.</summary>
    /// <returns>The statistics.</returns>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards and threads.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public ShardCacheStatistics GetStatistics() => _cache.GetStatistics();

    /// <summary>Removes the expired entries.</summary>
    /// <returns>The number of entries removed.</returns>
    /// <remarks>There is usually no need to call this: later writes and a background thread remove them. Holds the lock
    /// of one shard for a few microseconds at a time. Takes time proportional to the size of the tables.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public long RemoveExpired() => _cache.RemoveExpired();

    /// <summary>Evicts entries, as many additions to a full cache would do. Expired entries that the policy meets count
    /// too.</summary>
    /// <param name="entries">The number of entries to evict, 0 or more.</param>
    /// <returns>The number of entries that were evicted: fewer if the cache has fewer.</returns>
    /// <remarks>Each shard loses the same share of its entries. The limits stay as they are. The memory of small
    /// records stays allocated for other entries.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="entries"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public long Trim(long entries) => _cache.Trim(entries);

    /// <summary>Removes all entries, and forgets what the policy has learned. The memory of their records returns to
    /// the operating system.</summary>
    /// <remarks>Works on one shard after the other, so lookups that run at the same time may find entries of some
    /// shards and not of others, and entries that are added at the same time may stay.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public void Clear() => _cache.Clear();

    /// <summary>Disposes the cache and returns its memory to the operating system. Later calls, and calls that are
    /// waiting for a lock, throw <see cref="ObjectDisposedException"/>. Further calls of this method have no effect,
    /// even concurrent ones.</summary>
    public void Dispose()
    {
        try
        {
            _cache.Dispose();
        }
        finally
        {
            FlightTables.Close(ref _flights, _cache.Shards.Description);
            GC.KeepAlive(_cache);
        }
    }

    /// <summary>Returns the type, the number of entries and the limit of the cache.</summary>
    /// <returns>For example, <c>BlobShardCache: 3 of 32 entries</c>.</returns>
    public override string ToString()
    {
        string text = _cache.ToString();
        return $"BlobShardCache{text[(text.IndexOf('>', StringComparison.Ordinal) + 1)..]}";
    }
}
