namespace FastShardMap.Caching;

/// <summary>A cache whose expired entries a background thread removes.</summary>
internal interface ISweptCache
{
    /// <summary>Whether the cache is disposed, so that there is nothing to sweep any more.</summary>
    bool IsClosed { get; }

    /// <summary>Has the maintenance thread remove the expired entries, if it is time. Does not wait.</summary>
    void PostSweepIfDue();

    /// <summary>Removes the expired entries of all shards whose locks are free.</summary>
    void SweepInBackground();

    /// <summary>Moves records together, if the cache has begun to. On the maintenance thread.</summary>
    void CompactInBackground();
}
