namespace FastShardMap.Caching;

/// <summary>A notice that an entry has left a cache, which is made while the entry is still there.</summary>
internal interface IRemovalNotice<TSelf, TKey, TValue>
    where TSelf : struct, IRemovalNotice<TSelf, TKey, TValue>
{
    /// <summary>Makes the notice. Memory that key and value refer to is copied.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory for the copy.</exception>
    static abstract TSelf Create(TKey key, TValue value, ShardCacheRemovalCause cause);
}
