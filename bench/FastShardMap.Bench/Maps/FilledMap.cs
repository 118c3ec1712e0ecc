using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>Makes filled maps of those that are filled by adding.</summary>
internal static class FilledMap
{
    public static TMap Create<TMap, TKey, TValue, TEntry>(ReadOnlySpan<TKey> keys, MapSettings settings)
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue>
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue>
    {
        var map = TMap.Create(settings);
        foreach (TKey key in keys)
        {
            map.TryAdd(key, TEntry.ValueOf(key));
        }

        return map;
    }
}
