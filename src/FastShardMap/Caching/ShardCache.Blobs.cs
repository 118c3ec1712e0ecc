using System.Globalization;
using System.Runtime.CompilerServices;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap;

// What BlobShardCache adds to a cache whose values are of any length.
public unsafe partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>An entry may take this share of the record memory of its shard.</summary>
    private const int LargestShare = 8;

    /// <summary>Segments and large records may take a quarter more than the records themselves.</summary>
    private const int Quarters = 4;

    private const long LeastRecordLimit = 16 * 1024;

    /// <summary>The number of bytes that the record of an entry may take.</summary>
    internal long MaxRecordBytes { get; private set; }

    /// <summary>Whether an entry has more bytes than this cache stores.</summary>
    internal bool IsTooLarge(int keyLength, int valueLength)
    {
        long bytes = BlobStore<TKey, CacheEntry<TValue>>.BytesOf(keyLength, valueLength);
        return valueLength > BlobRef.MaxBytes
            || (bytes != 0 && BlobStore<TKey, CacheEntry<TValue>>.RecordBytesOf(bytes) > MaxRecordBytes);
    }

    /// <summary>Writes the entries at some positions of a shard for a file, as many as there is room for.</summary>
    /// <inheritdoc cref="CacheShard{TKey, TValue, THasher}.PackBlobs"/>
    internal int PackBlobs(
        int shard,
        ReadOnlySpan<uint> positions,
        bool isMain,
        Span<byte> destination,
        Span<int> ends,
        out int entries,
        out int needed)
    {
        int done;
        uint now = _clock.Now; // before the lock, because it may run code of the program
        using (LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
            Enter(_shards.ShardAt(shard), runsUserCode: false))
        {
            done = CacheOf(_shards.ShardAt(shard), default)
                .PackBlobs(positions, isMain, now, destination, ends, out entries, out needed);
        }

        GC.KeepAlive(this);
        return done;
    }

    /// <summary>Counts an entry that was not stored because it is too large.</summary>
    internal void CountRefusal() => Interlocked.Increment(ref _refused);

    /// <summary>Counts a call of Set that has replaced a value.</summary>
    internal void CountReplacement() => _requests?.CountReplacement();

    /// <summary>Counts a lookup.</summary>
    internal void CountRead(bool found) => _requests?.CountRead(found);

    /// <summary>Copies the value of a key, and marks its entry as used if that is wanted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="copy">Receives the bytes.</param>
    /// <param name="marks">Whether to mark the entry.</param>
    /// <param name="expiry">The tick at which the entry expires; 0 if it never does, or if the key is absent.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    internal bool TryReadBlob(TKey key, ref BlobCopy copy, bool marks, out uint expiry)
    {
        ulong hash = _shards.Hash(key);
        bool found = _shards.ShardFor(hash).TryReadBlob(
            key, hash, ref copy, out CacheEntry<TValue> entry, out CacheEntry<TValue>* place);
        if (!found || !IsAlive(entry.Expiry))
        {
            copy.Clear();
            found = false;
        }
        else if (marks && place is not null)
        {
            Mark(place); // not after a read under the lock, which is over
        }

        expiry = found ? entry.Expiry : 0;
        GC.KeepAlive(this);
        return found;
    }

    /// <summary>Before a store: if its shard has no room for the record, and another shard is moving its records
    /// together, finishes that. The shard of the key then can do the same, and need not evict entries
    /// instead.</summary>
    /// <param name="key">The key.</param>
    /// <param name="bytes">The length of the record.</param>
    internal void AwaitCompaction(TKey key, long bytes)
    {
        if (CompactingShard() >= 0)
        {
            FinishOtherCompaction(key, bytes);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    void ISweptCache.CompactInBackground()
    {
        Sharding.ThreadState thread = _shards.EnterThread();
        bool goesOn = true;
        while (goesOn && CompactingShard() is int shard and >= 0)
        {
            using RemovalScope<TKey, TValue> removals = new(_removals);
            goesOn = TryCompactSome(thread, _shards.ShardAt(shard), removals);
        }

        GC.KeepAlive(this);
    }

    /// <summary>After a write, which may have begun to move records together.</summary>
    private void GoOnCompacting()
    {
        // NeedsNoKeepAlive: every caller does it.
        if (_compactions is not null && CompactingShard() >= 0)
        {
            _compactions.Post();
        }
    }

    /// <summary>Returns the index of the shard whose records are being moved together; -1 if there is none.</summary>
    // After Dispose, the word may have any content.
    private int CompactingShard()
    {
        // NeedsNoKeepAlive: every caller does it.
        long shard = Volatile.Read(ref _sides->Compacting) - 1;
        return shard >= 0 && shard < _shape.ShardCount ? (int)shard : -1;
    }

    // The state of the heap is read without the lock: a wrong answer costs evictions, or a compaction that has to be
    // done anyway.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FinishOtherCompaction(TKey key, long bytes)
    {
        // NeedsNoKeepAlive: every caller does it.
        WriteSide* ofKey = _shards.ShardFor(_shards.Hash(key)).Side;
        CacheSide* side = _sides + ofKey->ShardIndex;
        RecordHeap* heap = Shard<TKey, CacheEntry<TValue>, THasher>.HeapOf(ofKey);
        bool goesOn = bytes != 0 && side->IsMoving == 0 && !RecordMemory.HasRoom(heap, bytes, side->RecordRoom);
        while (goesOn && CompactingShard() is int shard and >= 0)
        {
            using RemovalScope<TKey, TValue> removals = new(_removals);
            using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
                Enter(_shards.ShardAt(shard), runsUserCode: false);
            goesOn = CacheOf(_shards.ShardAt(shard), removals).CompactSome(
                CacheShard<TKey, TValue, THasher>.MovedGroupsPerHold,
                CacheShard<TKey, TValue, THasher>.MovedBytesPerHold);
        }
    }

    private bool TryCompactSome(
        Sharding.ThreadState thread,
        Shard<TKey, CacheEntry<TValue>, THasher> shard,
        in RemovalScope<TKey, TValue> removals)
    {
        // NeedsNoKeepAlive: every caller does it.
        if (!ShardLock.TryEnter(shard.Side, thread, BackgroundWaitMilliseconds))
        {
            return false; // its owner, or the next writer, goes on
        }

        using LockedShard<TKey, CacheEntry<TValue>, THasher> locked =
            LockedShard<TKey, CacheEntry<TValue>, THasher>.Owned(shard, thread, guarded: false);
        return !_shards.IsDisposed
            && CacheOf(shard, removals).CompactSome(
                CacheShard<TKey, TValue, THasher>.MovedGroupsPerHold,
                CacheShard<TKey, TValue, THasher>.MovedBytesPerHold);
    }

    /// <summary>Divides the bytes that the tables leave among the shards and one more, because one shard at a time has
    /// its records twice: each gets a limit for its records, and a quarter of that for what is lost between
    /// them.</summary>
    /// <exception cref="ArgumentException">The limit is too small.</exception>
    private void LimitRecords(ShardCacheOptions options)
    {
        long left = options.MaxBytes - _shards.Arena.LiveBytes;
        long limit = left / ((_shape.ShardCount + 1) * (Quarters + 1L)) * Quarters;
        if (limit < LeastRecordLimit)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"MaxBytes is {options.MaxBytes:N0}, of which the tables for {MaxEntries:N0} entries take "
                    + $"{_shards.Arena.LiveBytes:N0} bytes. Each of {_shape.ShardCount} shards needs "
                    + $"{LeastRecordLimit:N0} bytes for keys and values."),
                nameof(options));
        }

        MaxRecordBytes = limit / LargestShare;
        for (int shard = 0; shard < _shape.ShardCount; shard++)
        {
            _sides[shard].RecordLimit = limit;
            _sides[shard].RecordRoom = limit + (limit / Quarters);
        }
    }
}
