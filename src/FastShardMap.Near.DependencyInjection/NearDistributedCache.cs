using System.Buffers;
using FastShardMap.Caching.Hybrid;
using Microsoft.Extensions.Caching.Distributed;

namespace FastShardMap.Near.DependencyInjection;

/// <summary>A <see cref="NearBytes"/> as HybridCache uses it: in the place of a distributed cache.</summary>
/// <remarks>Asynchronous reads that a near copy answers complete before they return. Synchronous operations that ask
/// the engine block. Thread-safe.</remarks>
/// <param name="map">The map. This object does not dispose it.</param>
/// <param name="time">The clock that absolute expirations are compared with.</param>
internal sealed class NearDistributedCache(NearBytes map, TimeProvider time) : IBufferDistributedCache
{
    /// <summary>The engine counts in milliseconds.</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    /// <inheritdoc/>
    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        NearBytesResult result = await map.GetAsync(key, cancellationToken: token).ConfigureAwait(false);
        return result.Found ? result.Value.ToArray() : null;
    }

    /// <inheritdoc/>
    public bool TryGet(string key, IBufferWriter<byte> destination) =>
        TryGetAsync(key, destination).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public ValueTask<bool> TryGetAsync(
        string key, IBufferWriter<byte> destination, CancellationToken token = default) =>
        map.TryGetAsync(key, destination, cancellationToken: token);

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        SetAsync(key, value, options).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public Task SetAsync(
        string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), options, token).AsTask();
    }

    /// <inheritdoc/>
    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) =>
        SetAsync(key, value, options).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask SetAsync(
        string key,
        ReadOnlySequence<byte> value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        TimeSpan? timeToLive = EntryLifetime.Of(options, time);
        if (timeToLive < s_shortest)
        {
            await map.RemoveAsync(key, token).ConfigureAwait(false);
        }
        else
        {
            ReadOnlyMemory<byte> bytes = value.IsSingleSegment ? value.First : value.ToArray();
            await map.SetAsync(key, bytes, timeToLive, token).ConfigureAwait(false);
        }
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
    public void Remove(string key) => RemoveAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken token = default) => map.RemoveAsync(key, token).AsTask();
}
