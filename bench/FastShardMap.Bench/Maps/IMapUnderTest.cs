using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>A map that can be written to.</summary>
public interface IMapUnderTest<TSelf, TKey, TValue> : IReadableMap<TSelf, TKey, TValue>
    where TSelf : struct, IMapUnderTest<TSelf, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    static abstract TSelf Create(MapSettings settings);

    static TSelf IReadableMap<TSelf, TKey, TValue>.CreateFilled<TEntry>(ReadOnlySpan<TKey> keys, MapSettings settings)
    {
        TSelf map = TSelf.Create(settings);
        foreach (TKey key in keys)
        {
            map.TryAdd(key, TEntry.ValueOf(key));
        }

        return map;
    }

    bool TryAdd(TKey key, TValue value);

    void Store(TKey key, TValue value);

    bool TryRemove(TKey key);

    TValue GetOrAdd(TKey key, TValue value);

    /// <summary>Changes the value of a key, atomically, in the way that costs least in this map.</summary>
    bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>;

    /// <summary>Gives back what memory the map can spare.</summary>
    void Trim()
    {
        // Most have no such operation.
    }
}
