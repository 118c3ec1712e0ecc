using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace FastShardMap.Caching.Hybrid;

/// <summary>A <see cref="BlobShardCache"/> as HybridCache uses it: in the place of a distributed cache.</summary>
/// <remarks>
/// <para>All operations are synchronous; the asynchronous ones complete before they return. A value that is larger than
/// <see cref="BlobShardCache.MaxEntryBytes"/> allows is not stored. Thread-safe.</para>
/// <para>An entry whose time to live exceeds <see cref="ShardCacheOptions.MaxTimeToLive"/> gets that time.</para>
/// </remarks>
/// <param name="cache">The cache. This object does not dispose it.</param>
/// <param name="time">The clock that absolute expirations are compared with.</param>
internal sealed class ShardDistributedCache(BlobShardCache cache, TimeProvider time) : IBufferDistributedCache
{
    private readonly BlobShardCache _cache = cache;
    private readonly TimeProvider _time = time;

    /// <inheritdoc/>
    public byte[]? Get(string key)
    {
        ArrayBufferWriter<byte> value = new();
        return TryGet(key, value) ? value.WrittenSpan.ToArray() : null;
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        token.IsCancellationRequested ? Task.FromCanceled<byte[]?>(token) : Task.FromResult(Get(key));

    /// <inheritdoc/>
    public bool TryGet(string key, IBufferWriter<byte> destination) => _cache.TryGetValue(key, destination);

    /// <inheritdoc/>
    public ValueTask<bool> TryGetAsync(
        string key, IBufferWriter<byte> destination, CancellationToken token = default) =>
        token.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(token)
            : new ValueTask<bool>(TryGet(key, destination));

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        Set(key, new ReadOnlySequence<byte>(value), options);
    }

    /// <inheritdoc/>
    public Task SetAsync(
        string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled(token);
        }

        Set(key, value, options);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        TimeSpan? timeToLive = TimeToLiveOf(options);
        if (timeToLive <= TimeSpan.Zero)
        {
            _cache.TryRemove(key);
        }
        else if (value.IsSingleSegment)
        {
            _cache.Set(key, value.FirstSpan, timeToLive);
        }
        else
        {
            _cache.Set(key, value.ToArray(), timeToLive);
        }
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string key,
        ReadOnlySequence<byte> value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(token);
        }

        Set(key, value, options);
        return ValueTask.CompletedTask;
    }

    /// <summary>Does nothing: there is no sliding expiration.</summary>
    /// <param name="key">The key.</param>
    public void Refresh(string key) => ArgumentNullException.ThrowIfNull(key);

    /// <inheritdoc/>
    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        Refresh(key);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Remove(string key) => _cache.TryRemove(key);

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled(token);
        }

        Remove(key);
        return Task.CompletedTask;
    }

    private TimeSpan? TimeToLiveOf(DistributedCacheEntryOptions options)
    {
        TimeSpan? timeToLive = EntryLifetime.Of(options, _time);
        return timeToLive > ShardCacheOptions.MaxTimeToLive ? ShardCacheOptions.MaxTimeToLive : timeToLive;
    }
}
