using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Sharding;

namespace FastShardMap;

public unsafe partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>Groups that one hold of a lock sweeps, and entries that one hold evicts: a few microseconds.</summary>
    private const ulong GroupsPerHold = 64;

    /// <summary>How long the background waits for a shard's lock before it leaves the shard to the next
    /// sweep.</summary>
    private const int BackgroundWaitMilliseconds = 10;

    /// <inheritdoc/>
    bool ISweptCache.IsClosed => _shards.IsDisposed;

    /// <summary>Removes the expired entries.</summary>
    /// <returns>The number of entries removed.</returns>
    /// <remarks>There is usually no need to call this: later writes and a background thread remove them. Holds the lock
    /// of one shard for a few microseconds at a time. Takes time proportional to the size of the cache.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public long RemoveExpired()
    {
        using InterruptDeferral deferral = new(_shards.EnterThread());
        _shards.ThrowIfDisposed();
        long removed = 0;
        bool isBehind;
        do
        {
            uint now = _clock.Exact(out isBehind);
            for (int shard = 0; shard < _shape.ShardCount; shard++)
            {
                removed += Sweep(shard, now);
            }

            _clock.HasSwept(now);
        }
        while (isBehind);
        GC.KeepAlive(this);
        return removed;
    }

    /// <summary>Evicts entries, as many inserts into a full cache would do. Expired entries that the policy meets count
    /// too.</summary>
    /// <param name="entries">The number of entries to evict, 0 or more.</param>
    /// <returns>The number of entries that were evicted: fewer if the cache has fewer.</returns>
    /// <remarks>Each shard loses the same share of its entries. The limit stays as it is. The memory of the cache stays
    /// allocated.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="entries"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public long Trim(long entries)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entries);
        using InterruptDeferral deferral = new(_shards.EnterThread());
        _shards.ThrowIfDisposed();
        uint now = _clock.Now;
        long all = Math.Max(1, _shards.Count);
        double share = Math.Min(1, (double)entries / all);
        long evicted = 0;
        double owed = 0;
        for (int shard = 0; shard < _shape.ShardCount; shard++)
        {
            owed += share * Volatile.Read(ref _shards.ShardAt(shard).Side->Count);
            long part = Math.Min((long)owed, entries - evicted);
            owed -= part;
            evicted += Trim(shard, part, now);
        }

        // Roundings, and shards that have lost entries in the meantime.
        for (int shard = 0; shard < _shape.ShardCount && evicted < entries; shard++)
        {
            evicted += Trim(shard, entries - evicted, now);
        }

        GC.KeepAlive(this);
        return evicted;
    }

    /// <summary>Removes all entries, and forgets what the policy has learned.</summary>
    /// <remarks>Works on one shard after the other, so lookups that run at the same time may find entries of some
    /// shards and not of others, and entries that are added at the same time may stay. The memory of the cache stays
    /// allocated.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public void Clear()
    {
        using InterruptDeferral deferral = new(_shards.EnterThread());
        _shards.ThrowIfDisposed();
        for (int shard = 0; shard < _shape.ShardCount; shard++)
        {
            using RemovalScope<TKey, TValue> removals = new(_removals);
            using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
                Enter(_shards.ShardAt(shard), runsUserCode: false);
            CacheOf(_shards.ShardAt(shard), removals).Clear();
        }

        GC.KeepAlive(this);
    }

    /// <summary>Checks the table and the rings of every shard, each under its lock.</summary>
    /// <returns>A description of each violation; empty if there is none.</returns>
    internal IReadOnlyList<string> FindViolations()
    {
        List<string> violations = [];
        for (int shard = 0; shard < _shape.ShardCount; shard++)
        {
            int index = shard;
            using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
                Enter(_shards.ShardAt(shard), runsUserCode: true);
            violations.AddRange(
                CacheOf(_shards.ShardAt(shard), default).FindViolations(key => _shards.Hash(key))
                    .Select(violation => $"shard {index}: {violation}"));
        }

        GC.KeepAlive(this);
        return violations;
    }

    /// <inheritdoc/>
    void ISweptCache.PostSweepIfDue() => _sweeps.PostIfDue();

    /// <inheritdoc/>
    void ISweptCache.SweepInBackground()
    {
        Sharding.ThreadState thread = _shards.EnterThread();
        uint now = _clock.Exact(out _);
        bool isComplete = true;
        for (int shard = 0; shard < _shape.ShardCount; shard++)
        {
            isComplete &= TrySweep(thread, _shards.ShardAt(shard), now);
        }

        if (isComplete)
        {
            _clock.HasSwept(now);
        }

        GC.KeepAlive(this);
    }

    private long Sweep(int shard, uint now)
    {
        // NeedsNoKeepAlive: every caller does it.
        long removed = 0;
        for (ulong first = 0; first < _shape.Table.Groups; first += GroupsPerHold)
        {
            using RemovalScope<TKey, TValue> removals = new(_removals);
            using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
                Enter(_shards.ShardAt(shard), runsUserCode: false);
            removed += CacheOf(_shards.ShardAt(shard), removals).Sweep(first, GroupsPerHold, now);
        }

        return removed;
    }

    private long Trim(int shard, long entries, uint now)
    {
        // NeedsNoKeepAlive: every caller does it.
        long evicted = 0;
        while (evicted < entries)
        {
            long wanted = Math.Min(entries - evicted, (long)GroupsPerHold);
            using RemovalScope<TKey, TValue> removals = new(_removals);
            using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
                Enter(_shards.ShardAt(shard), runsUserCode: false);
            long done = CacheOf(_shards.ShardAt(shard), removals).Trim(wanted, now);
            evicted += done;
            if (done < wanted)
            {
                break;
            }
        }

        return evicted;
    }

    private bool TrySweep(Sharding.ThreadState thread, Shard<TKey, CacheEntry<TValue>, THasher> shard, uint now)
    {
        for (ulong first = 0; first < _shape.Table.Groups; first += GroupsPerHold)
        {
            using RemovalScope<TKey, TValue> removals = new(_removals);
            if (!ShardLock.TryEnter(shard.Side, thread, BackgroundWaitMilliseconds))
            {
                return false; // a callback is running under the lock, perhaps for long
            }

            using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
                LockedShard<TKey, CacheEntry<TValue>, THasher>.Owned(
                    shard, thread, ShardSet<TKey, CacheEntry<TValue>, THasher>.KeysRunUserCode);
            if (_shards.IsDisposed)
            {
                return false;
            }

            try
            {
                CacheOf(shard, removals).Sweep(first, GroupsPerHold, now);
            }
            catch (Exception)
            {
                return false; // the hasher of the user threw; the next writer gets the same exception
            }
        }

        return true;
    }
}
