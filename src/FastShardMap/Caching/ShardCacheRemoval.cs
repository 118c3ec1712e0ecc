using System.Runtime.InteropServices;
using FastShardMap.Caching;

namespace FastShardMap;

/// <summary>A notice that an entry has left a cache.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <param name="Key">The key of the entry.</param>
/// <param name="Value">The value that the entry had.</param>
/// <param name="Cause">Why it has left.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ShardCacheRemoval<TKey, TValue>(TKey Key, TValue Value, ShardCacheRemovalCause Cause)
    : IRemovalNotice<ShardCacheRemoval<TKey, TValue>, TKey, TValue>
{
    static ShardCacheRemoval<TKey, TValue> IRemovalNotice<ShardCacheRemoval<TKey, TValue>, TKey, TValue>.Create(
        TKey key, TValue value, ShardCacheRemovalCause cause) => new(key, value, cause);
}
