namespace FastShardMap.Bench.Maps;

/// <summary>
/// A map as the measured loops see it. Implementations are structs that wrap one reference: a loop generic over the
/// struct is compiled once per map with every call direct, so the wrapper costs nothing and no map pays for an
/// interface call.
/// </summary>
public interface IMapUnderTest<TSelf, TKey, TValue> : IDisposable
    where TSelf : struct, IMapUnderTest<TSelf, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    static abstract string Label { get; }

    /// <summary>Whether several threads may use the map at once.</summary>
    static abstract bool IsConcurrent { get; }

    static abstract TSelf Create(MapSettings settings);

    long Count { get; }

    /// <summary>What the map itself says it holds in bytes; null where it does not know.</summary>
    long? BytesAllocated { get; }

    bool TryGet(TKey key, out TValue value);

    bool TryAdd(TKey key, TValue value);

    void Store(TKey key, TValue value);

    bool TryRemove(TKey key);

    TValue GetOrAdd(TKey key, TValue value);
}
