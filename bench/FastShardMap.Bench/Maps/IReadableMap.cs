using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// A map as the measured loops see it. Implementations are structs that wrap one reference: a loop generic over the
/// struct is compiled once per map with every call direct, so the wrapper costs nothing and no map pays for an
/// interface call.
/// </summary>
public interface IReadableMap<TSelf, TKey, TValue> : IDisposable
    where TSelf : struct, IReadableMap<TSelf, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    static abstract string Label { get; }

    /// <summary>Whether several threads may use the map at once, also to write.</summary>
    static abstract bool IsConcurrent { get; }

    /// <summary>A map that holds these keys, each with the value that belongs to it.</summary>
    static abstract TSelf CreateFilled<TEntry>(ReadOnlySpan<TKey> keys, MapSettings settings)
        where TEntry : struct, IEntry<TKey, TValue>;

    long Count { get; }

    /// <summary>What the map itself says it holds in bytes; null where it does not know.</summary>
    long? BytesAllocated { get; }

    bool TryGet(TKey key, out TValue value);

    /// <summary>Enumerates every pair and adds up the folded values.</summary>
    ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>;

    KeyValuePair<TKey, TValue>[] ToArray();
}
