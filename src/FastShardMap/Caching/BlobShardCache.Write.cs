using System.Runtime.CompilerServices;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardCache
{
    /// <summary>Stores a value, whether the key is present or not.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value, which are copied.</param>
    /// <param name="timeToLive">The time after which the entry expires; null for that of the options.</param>
    /// <returns>Whether the value was stored. If the record of the entry would have more than <see
    /// cref="MaxEntryBytes"/>, it is not; a present entry of the key is then removed, so that no old value is found,
    /// and the call is counted (<see cref="ShardCacheStatistics.Refused"/> ).</returns>
    /// <remarks>Takes the lock of the shard for the time of the copy, and evicts as many entries as the record
    /// needs.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not <see
    /// cref="Timeout.InfiniteTimeSpan"/> ), or more than <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the record. Entries may have
    /// been evicted.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool Set(ReadOnlySpan<char> key, ReadOnlySpan<byte> value, TimeSpan? timeToLive = null)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Store(text.Key, value, timeToLive);
    }

    /// <inheritdoc cref="Set(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan?)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool Set(string key, ReadOnlySpan<byte> value, TimeSpan? timeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Set(key.AsSpan(), value, timeToLive);
    }

    /// <inheritdoc cref="Set(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan?)"/>
    [SkipLocalsInit]
    public bool Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, TimeSpan? timeToLive = null)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Store(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, timeToLive);
        }
    }

    /// <summary>Adds an entry if its key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value, which are copied.</param>
    /// <param name="timeToLive">The time after which the entry expires; null for that of the options.</param>
    /// <returns>Whether the entry was added. It is not if its record would have more than <see
    /// cref="MaxEntryBytes"/>.</returns>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not <see
    /// cref="Timeout.InfiniteTimeSpan"/> ), or more than <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the record. Entries may have
    /// been evicted.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryAdd(ReadOnlySpan<char> key, ReadOnlySpan<byte> value, TimeSpan? timeToLive = null)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Add(text.Key, value, _cache.LifeOf(timeToLive), out _);
    }

    /// <inheritdoc cref="TryAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan?)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryAdd(string key, ReadOnlySpan<byte> value, TimeSpan? timeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryAdd(key.AsSpan(), value, timeToLive);
    }

    /// <inheritdoc cref="TryAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan?)"/>
    [SkipLocalsInit]
    public bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, TimeSpan? timeToLive = null)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Add(
                KeyBytes.Present(bytes, key.Length, buffer, _seed), value, _cache.LifeOf(timeToLive), out _);
        }
    }

    /// <summary>Removes the entry of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key was present and its entry had not expired.</returns>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<char> key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Remove(text.Key);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryRemove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan());
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char})"/>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Remove(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    private bool Store(RecordKey key, ReadOnlySpan<byte> value, TimeSpan? timeToLive)
    {
        uint life = _cache.LifeOf(timeToLive);
        if (_cache.IsTooLarge(key.Length, value.Length))
        {
            _cache.CountRefusal();
            Remove(key);
            return false;
        }

        fixed (byte* place = value)
        {
            _cache.AwaitCompaction(key, BlobStore<RecordKey, BlobRef>.BytesOf(key.Length, value.Length));
            CacheOperation<BlobRef, BlobStoreOperation> operation = _cache.Storing(
                new BlobStoreOperation(BlobRef.Present(place, value.Length)), life, setsExpiry: true);
            _cache.WriteLocked(key, ref operation);
            if (!operation.Inner.Added)
            {
                _cache.CountReplacement();
            }

            return true;
        }
    }

    /// <summary>Adds an entry if its key is absent, unless it is too large.</summary>
    private bool Add(RecordKey key, ReadOnlySpan<byte> value, uint life, out bool isRefused)
    {
        isRefused = IsRefused(key, value);
        if (isRefused)
        {
            return false;
        }

        fixed (byte* place = value)
        {
            _cache.AwaitCompaction(key, BlobStore<RecordKey, BlobRef>.BytesOf(key.Length, value.Length));
            CacheOperation<BlobRef, BlobAddOperation> operation =
                _cache.Storing(new BlobAddOperation(BlobRef.Present(place, value.Length)), life);
            _cache.WriteLocked(key, ref operation);
            return operation.Inner.Added;
        }
    }

    /// <summary>Whether an entry is too large, which is then counted.</summary>
    private bool IsRefused(RecordKey key, ReadOnlySpan<byte> value)
    {
        if (!_cache.IsTooLarge(key.Length, value.Length))
        {
            return false;
        }

        _cache.Shards.ThrowIfDisposed();
        _cache.CountRefusal();
        return true;
    }

    private bool Remove(RecordKey key)
    {
        CacheOperation<BlobRef, BlobRemoveOperation> operation =
            _cache.Keeping(new BlobRemoveOperation(default, needsBytes: false));
        _cache.WriteLocked(key, ref operation);
        return operation.Inner.Done;
    }
}
