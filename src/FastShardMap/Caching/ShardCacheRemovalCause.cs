namespace FastShardMap;

/// <summary>Why an entry has left a cache.</summary>
public enum ShardCacheRemovalCause
{
    /// <summary>The program removed it: by <c>TryRemove</c>, <c>TryUpdateOrRemove</c> or <c>Clear</c>.</summary>
    Removed,

    /// <summary>The limit was reached, and the entry made room for another.</summary>
    Evicted,

    /// <summary><c>Trim</c> evicted it.</summary>
    Trimmed,

    /// <summary>It had expired.</summary>
    Expired,
}
