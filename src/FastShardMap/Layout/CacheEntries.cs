namespace FastShardMap.Layout;

/// <summary>Tells the entries of caches from other values.</summary>
internal static class CacheEntries
{
    /// <summary>Returns whether a type of values is a <see cref="CacheEntry{TValue}"/>, so that its map is a
    /// cache.</summary>
    public static bool IsEntry<T>() =>
        typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(CacheEntry<>);
}
