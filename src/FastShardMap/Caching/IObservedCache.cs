namespace FastShardMap.Caching;

/// <summary>The members of a cache that metrics use, whatever its type parameters.</summary>
internal interface IObservedCache
{
    /// <summary>Gets the statistics, without a lock.</summary>
    /// <returns><see langword="false"/> if the cache is disposed.</returns>
    bool TryRead(out ShardCacheStatistics statistics);
}
