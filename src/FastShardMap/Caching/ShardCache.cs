using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using FastShardMap.Caching;
using FastShardMap.Flights;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap;

/// <summary>A concurrent cache in unmanaged memory with a limit, with the default hasher of its key type.
/// <see cref="ShardCache{TKey, TValue, THasher}"/> describes all members.</summary>
/// <typeparam name="TKey">The type of the keys: any unmanaged type that implements <see cref="IEquatable{T}"/> of
/// itself.</typeparam>
/// <typeparam name="TValue">The type of the values: any unmanaged type. A key and a value have at most 8,176 bytes
/// together.</typeparam>
/// <param name="options">The options, which are copied. They must have a limit.</param>
/// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
/// <exception cref="ArgumentException">The options have no limit, or one of too few bytes for one entry.</exception>
/// <exception cref="NotSupportedException">A key and a value are too large.</exception>
/// <exception cref="OutOfMemoryException">The limit exceeds what the machine, the process's control group or its
/// address space allows, or the operating system refuses the memory.</exception>
public sealed partial class ShardCache<TKey, TValue>(ShardCacheOptions options)
    : ShardCache<TKey, TValue, DefaultHasher<TKey>>(options)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged;

/// <summary>
/// A concurrent cache in unmanaged memory: a hash map that never has more entries than its limit. Lookups take no lock,
/// an insert into a full cache evicts an entry that is unlikely to be used again, entries may have a time to live, and
/// no entry is an object of the garbage collector.
/// </summary>
/// <typeparam name="TKey">The type of the keys: any unmanaged type that implements <see cref="IEquatable{T}"/> of
/// itself.</typeparam>
/// <typeparam name="TValue">The type of the values: any unmanaged type. A key and a value have at most 8,176 bytes
/// together.</typeparam>
/// <typeparam name="THasher">The type of the hasher: a struct, so that its calls are inlined.</typeparam>
/// <remarks>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads, including
/// <see cref="Dispose"/>. Operations on one key are linearizable, except that an entry may leave at any time.</para>
/// <para><b>Policy.</b> S3-FIFO with a small queue whose share adapts. A lookup that hits stores one byte in the slot
/// of its entry, unless that byte has its highest value already. Nothing is moved, and no word is shared by all
/// threads.</para>
/// <para><b>Memory.</b> The tables have their full size from the beginning. They never grow, shrink or move; their
/// pages become resident when they are first used. <see cref="Dispose"/> releases the memory. The garbage collector
/// does not see it.</para>
/// <para><b>Time.</b> A time to live is measured in ticks of 16 ms. An entry never expires before its time to live has
/// passed. It expires at most three ticks after that, or later if the thread that keeps the clock gets no processor
/// time. Expired entries are removed by later writes to the same shard, and by a background thread.</para>
/// <para><b>Callbacks</b> run under the lock of a shard, as those of <see cref="ShardMap{TKey, TValue, THasher}"/> do:
/// they may read this cache, and must not write to it.</para>
/// <para><b>Allocation.</b> No operation allocates managed memory per call or per entry, unless its documentation says
/// so.</para>
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public unsafe partial class ShardCache<TKey, TValue, THasher>
    : IDisposable, IEnumerable<KeyValuePair<TKey, TValue>>, IObservedMap, IObservedCache, ISweptCache
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Number of groups per shard that an observation of probe lengths reads.</summary>
    private const int SampledGroups = 16;

    private readonly CacheSide* _sides;
    private readonly CacheClock _clock;
    private readonly RequestCounters? _requests;
    private readonly RemovalChannel<TKey, TValue>? _removals;
    private readonly bool _readsInOneStep;
    private readonly CacheSweeps _sweeps;
    private readonly CacheCompactions? _compactions;
    private readonly CacheShape _shape;
    private readonly bool _isLimitedByBytes;
    private readonly uint _defaultLife;
    private ShardSet<TKey, CacheEntry<TValue>, THasher> _shards;
    private int _isReleased;
    private long _refused;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="options">The options, which are copied. They must have a limit.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">The options have no limit, or one of too few bytes for one
    /// entry.</exception>
    /// <exception cref="NotSupportedException">A key and a value are too large.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory.</exception>
    public ShardCache(ShardCacheOptions options)
        : this(options, ShapeFor(options, out bool isLimitedByBytes), isLimitedByBytes, KeyForm.Fixed)
    {
    }

    // Creates an empty cache of a given shape.
    internal ShardCache(ShardCacheOptions options, CacheShape shape, bool isLimitedByBytes, KeyForm keyForm)
    {
        // NeedsNoKeepAlive: the last step makes the registry refer to the cache.
        _shape = shape;
        _isLimitedByBytes = isLimitedByBytes;
        _shards = new ShardSet<TKey, CacheEntry<TValue>, THasher>(
            new ShardSetOptions
            {
                ShardCount = _shape.ShardCount,
                HugePages = options.HugePages,
                Prefault = options.Prefault,
                MigrationStepGroups = 1,
                Name = options.Name,
                Seed = options.Seed,
                KeyForm = keyForm,
            },
            owner: this);
        try
        {
            _sides = CacheBlock.Create(_shards.Arena, _shape);
            for (int shard = 0; shard < _shape.ShardCount; shard++)
            {
                UseTable(_shards.ShardAt(shard), _shape);
            }

            if (BlobStore<TKey, CacheEntry<TValue>>.HasBlobs)
            {
                LimitRecords(options);
            }

            // The time provider is code of the user.
            _clock = new CacheClock(options.TimeProvider);
            _requests = options.CountRequests ? new RequestCounters() : null;
            _readsInOneStep = _requests is null && _clock.IsOfProcess;
            _removals = options.PendingRemovals > 0
                ? CreateRemovals(options.PendingRemovals)
                : null;
            _sweeps = new CacheSweeps(this, _clock);
            _compactions = BlobStore<TKey, CacheEntry<TValue>>.HasBlobs ? new CacheCompactions(this) : null;
            if (options.TimeToLive is { } timeToLive && timeToLive != Timeout.InfiniteTimeSpan)
            {
                _defaultLife = LifeOf(timeToLive);
            }

            // Listeners are code of the user, too.
            if (options.Name is not null)
            {
                CacheMeter.Ensure();
            }

            Diagnostics.MapRegistry.Add(this);
        }
        catch
        {
            _shards.Dispose();
            throw;
        }
    }

    /// <summary>The number of entries, including those that have expired and were not removed yet. Never more than
    /// <see cref="MaxEntries"/>.</summary>
    /// <value>Exact while no thread writes; otherwise the sum of the counts of the shards, each read at its own
    /// moment.</value>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public long Count
    {
        get
        {
            long count = _shards.Count;
            // after the sum, because the sum over a cache that is being disposed is meaningless
            _shards.ThrowIfDisposed();
            GC.KeepAlive(this);
            return count;
        }
    }

    /// <summary>The number of entries that the cache never exceeds.</summary>
    /// <remarks>Each shard has its share of this limit. A shard evicts when it has its share, even if others have room,
    /// so a full cache has a little less.</remarks>
    public long MaxEntries => _shape.MaxEntries;

    /// <summary>The number of bytes of unmanaged memory that the cache has allocated. 0 after <see cref="Dispose"/>,
    /// except for the few pages that stale readers may still use.</summary>
    public long BytesAllocated => _shards.Arena.LiveBytes;

    /// <summary>The notices of entries that have left the cache, in about the order in which they have left; null
    /// unless <see cref="ShardCacheOptions.PendingRemovals"/> is set.</summary>
    /// <remarks>If more notices wait than the options allow, the oldest is dropped, so that operations never wait for a
    /// reader. Replacing the value of a present key gives no notice, and <see cref="Dispose"/> gives none for the
    /// entries that are left. It completes the channel.</remarks>
    public ChannelReader<ShardCacheRemoval<TKey, TValue>>? Removals =>
        (_removals as RemovalChannel<TKey, TValue, ShardCacheRemoval<TKey, TValue>>)?.Reader;

    /// <summary>The number of notices that were dropped because they were not read in time.</summary>
    public long DroppedRemovals => _removals?.Dropped ?? 0;

    internal RemovalChannel<TKey, TValue>? RemovalNotices => _removals;

    internal ref ShardSet<TKey, CacheEntry<TValue>, THasher> Shards => ref _shards;

    internal CacheSide* Sides => _sides;

    internal CacheShape Shape => _shape;

    /// <inheritdoc/>
    nuint IObservedMap.Address => (nuint)_shards.Header;

    /// <inheritdoc/>
    string? IObservedMap.Name => _shards.Name;

    /// <inheritdoc/>
    bool IObservedMap.IsDisposed => _shards.IsDisposed;

    /// <inheritdoc/>
    (Type Key, Type Value, Type Hasher) IObservedMap.Types =>
        (typeof(TKey), typeof(CacheEntry<TValue>), typeof(THasher));

    private string DebuggerText => ToString();

    /// <summary>Returns the sums of the statistics of all shards.</summary>
    /// <returns>The statistics.</returns>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards and threads.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public ShardCacheStatistics GetStatistics()
    {
        ShardCacheStatistics sum = ReadStatistics();
        _shards.ThrowIfDisposed();
        GC.KeepAlive(this);
        return sum;
    }

    /// <summary>Disposes the cache and returns its memory to the operating system. Later calls, and calls that are
    /// waiting for a lock, throw <see cref="ObjectDisposedException"/>. Further calls of this method have no effect,
    /// even concurrent ones.</summary>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    // The arena has the finalizer, and not the cache. It must run, because it releases the address range.
#pragma warning disable CA1816, CA1063
    public void Dispose()
    {
        _shards.Dispose();

        // Each lock was taken once since the cache is disposed, so no writer is left that uses the rings.
        try
        {
            if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            {
                _shards.Arena.Retire((byte*)_sides, _shape.PolicyBytes);
                _shards.Arena.DrainRetired();
                _removals?.Complete();
                _sweeps.Stop(); // last: the timer of the program may throw
            }
        }
        finally
        {
            FlightTables.Close(ref _flights, _shards.Description);
            GC.KeepAlive(this);
        }
    }
#pragma warning restore CA1816, CA1063

    /// <summary>Returns the type, the number of entries and the limit of the cache.</summary>
    /// <returns>For example, <c>ShardCache&lt;UInt64, UInt64&gt;: 3 of 32 entries</c>.</returns>
    public override string ToString()
    {
        string name = _shards.Name is null ? string.Empty : $" '{_shards.Name}'";
        string types = $"ShardCache<{typeof(TKey).Name}, {typeof(TValue).Name}>{name}";
        string text = _shards.IsDisposed
            ? $"{types}: disposed"
            : string.Create(CultureInfo.InvariantCulture, $"{types}: {_shards.Count} of {MaxEntries} entries");
        GC.KeepAlive(this);
        return text;
    }

    /// <inheritdoc/>
    bool IObservedMap.TryObserve(out ShardMapStatistics statistics, out long readRetries, out double probeLength)
    {
        bool live = !_shards.IsDisposed;
        statistics = live ? _shards.GetStatistics() : default;
        readRetries = live ? _shards.ReadRetries : 0;
        probeLength = live ? _shards.SampleProbeLength(SampledGroups) : 0;
        GC.KeepAlive(this);
        return live;
    }

    /// <inheritdoc/>
    bool IObservedCache.TryRead(out ShardCacheStatistics statistics)
    {
        statistics = ReadStatistics();
        GC.KeepAlive(this);
        return !_shards.IsDisposed;
    }

    private static CacheShape ShapeFor(ShardCacheOptions options, out bool isLimitedByBytes)
    {
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfTooLarge();
        return CacheShape.For(options, GroupShape<TKey, CacheEntry<TValue>>.Shape, out isLimitedByBytes);
    }

    // Those of text and bytes must have copies of what the entries refer to.
    private static RemovalChannel<TKey, TValue> CreateRemovals(int pending) =>
        BlobStore<TKey, CacheEntry<TValue>>.HasBlobs
            ? (RemovalChannel<TKey, TValue>)(object)
                new RemovalChannel<RecordKey, BlobRef, BlobShardCacheRemoval>(pending)
            : new RemovalChannel<TKey, TValue, ShardCacheRemoval<TKey, TValue>>(pending);

    private static void ThrowIfTooLarge()
    {
        if (sizeof(TKey) + sizeof(TValue) > EntryLimit.Bytes - (2 * sizeof(ulong)))
        {
            throw new NotSupportedException(
                $"A key and a value of a cache take at most {EntryLimit.Bytes - (2 * sizeof(ulong))} bytes together: "
                + $"{typeof(TKey)} has {sizeof(TKey)} bytes, and {typeof(TValue)} has {sizeof(TValue)} bytes.");
        }
    }

    private void UseTable(Shard<TKey, CacheEntry<TValue>, THasher> shard, CacheShape shape)
    {
        // NeedsNoKeepAlive: every caller does it.
        TableRef table = _shards.AllocateTable(shape.Table, reserved: true);
        using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
            shard.Enter(_shards.EnterThread(), guarded: false);
        locked.StartMigration(table); // from the sentinel, so nothing moves
        shard.Side->MaxEntries = shape.LimitOf(shard.Side->ShardIndex);
    }

    private CacheShard<TKey, TValue, THasher> CacheOf(
        Shard<TKey, CacheEntry<TValue>, THasher> shard, in RemovalScope<TKey, TValue> removals) =>
        new(shard, _sides + shard.Side->ShardIndex, _clock, removals.Batch);

    private long RecordBytesOf(int shard)
    {
        // NeedsNoKeepAlive: every caller does it.
        if (!BlobStore<TKey, CacheEntry<TValue>>.HasBlobs)
        {
            return 0;
        }

        RecordHeap* heap = Shard<TKey, CacheEntry<TValue>, THasher>.HeapOf(_shards.ShardAt(shard).Side);
        return Volatile.Read(ref heap->LiveBytes) + Volatile.Read(ref heap->LargeBytes);
    }

    private ShardCacheStatistics ReadStatistics()
    {
        // NeedsNoKeepAlive: every caller does it.
        ShardCacheStatistics sum = default;
        long evicted = 0;
        double smallTargets = 0;
        for (int shard = 0; shard < _shape.ShardCount; shard++)
        {
            CacheSide* side = _sides + shard;
            evicted += Volatile.Read(ref side->Evicted);
            smallTargets += Volatile.Read(ref side->SmallTarget);
            sum = sum with
            {
                Added = sum.Added + Volatile.Read(ref side->Added),
                Removed = sum.Removed + Volatile.Read(ref side->Removed),
                Trimmed = sum.Trimmed + Volatile.Read(ref side->Trimmed),
                Expired = sum.Expired + Volatile.Read(ref side->Expired),
                ForcedEvictions = sum.ForcedEvictions + Volatile.Read(ref side->Forced),
                GhostHits = sum.GhostHits + Volatile.Read(ref side->GhostHits),
                EvictedForBytes = sum.EvictedForBytes + Volatile.Read(ref side->EvictedForBytes),
                Compactions = sum.Compactions + Volatile.Read(ref side->Compactions),
                RecordBytes = sum.RecordBytes + RecordBytesOf(shard),
            };
        }

        return sum with
        {
            Hits = _requests?.Hits ?? 0,
            Misses = _requests?.Misses ?? 0,
            Replaced = _requests?.Replacements ?? 0,
            EvictedForEntries = _isLimitedByBytes ? 0 : evicted - sum.EvictedForBytes,
            EvictedForBytes = _isLimitedByBytes ? evicted : sum.EvictedForBytes,
            Refused = Interlocked.Read(ref _refused),
            SmallShare = smallTargets / 2 / MaxEntries,
            Count = _shards.Count,
            MaxEntries = MaxEntries,
            ShardCount = _shape.ShardCount,
            BytesAllocated = BytesAllocated,
        };
    }
}
