namespace FastShardMap.Near.Local;

/// <summary>The near copies of a map, in unmanaged memory of bounded size.</summary>
internal sealed class LocalStore<TKey, TValue> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ShardCache<TKey, LocalEntry<TValue>> _cache;

    public LocalStore(NearMapOptions options)
    {
        ShardCacheOptions limits = new() { MaxBytes = options.MaxBytes };
        if (options.MaxEntries != 0)
        {
            limits.MaxEntries = options.MaxEntries;
        }

        _cache = new ShardCache<TKey, LocalEntry<TValue>>(limits);
    }

    public long Count => _cache.Count;

    public long BytesAllocated => _cache.BytesAllocated;

    public bool TryGet(TKey key, out LocalEntry<TValue> entry) => _cache.TryGetValue(key, out entry);

    /// <summary>Gets an entry without using it, so that it does not stay longer.</summary>
    public bool TryPeek(TKey key, out LocalEntry<TValue> entry) => _cache.TryPeek(key, out entry);

    /// <summary>Stores an entry; <paramref name="timeToLive"/> null means for ever.</summary>
    public void Set(TKey key, LocalEntry<TValue> entry, TimeSpan? timeToLive) =>
        _cache.Set(key, entry, timeToLive is not { } time ? Timeout.InfiniteTimeSpan
            : time < ShardCacheOptions.MaxTimeToLive ? time
            : ShardCacheOptions.MaxTimeToLive);

    public void Remove(TKey key) => _cache.TryRemove(key, out _);

    public void Dispose() => _cache.Dispose();
}
