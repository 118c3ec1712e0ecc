using System.Numerics;

namespace FastShardMap.Bench.Maps;

/// <summary>A map of numbers that can add to a value in place.</summary>
public interface ICountingMap<TSelf, TKey, TValue> : ILookupMap<TKey, TValue>, IDisposable
    where TSelf : struct, ICountingMap<TSelf, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged, INumber<TValue>
{
    static abstract string Label { get; }

    static abstract TSelf Create(MapSettings settings);

    long Count { get; }

    /// <summary>What the map itself says it holds in bytes; null where it does not know.</summary>
    long? BytesAllocated => null;

    void Store(TKey key, TValue value);

    /// <summary>Adds one to the value of a key, or inserts the key with the value one.</summary>
    void Increment(TKey key);

    /// <summary>Every pair, for verification after all writers have stopped.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> Pairs();

    void IDisposable.Dispose()
    {
        // Managed memory: the collector's.
    }
}
