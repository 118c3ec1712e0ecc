using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// A map as the measured loops see it. Implementations are structs that wrap one reference: a loop generic over the
/// struct is compiled once per map with every call direct, so the wrapper costs nothing and no map pays for an
/// interface call.
/// </summary>
/// <remarks>
/// What is called in timed code is abstract. Members with a body are for before and after: a struct that inherits
/// one is boxed for the call.
/// </remarks>
public interface IReadableMap<TSelf, TKey, TValue> : ILookupMap<TKey, TValue>, IDisposable
    where TSelf : struct, IReadableMap<TSelf, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    static abstract string Label { get; }

    /// <summary>A map that holds these keys, each with the value that belongs to it.</summary>
    static abstract TSelf CreateFilled<TEntry>(ReadOnlySpan<TKey> keys, MapSettings settings)
        where TEntry : struct, IEntry<TKey, TValue>;

    long Count { get; }

    /// <summary>What the map itself says it holds in bytes; null where it does not know.</summary>
    long? BytesAllocated => null;

    /// <summary>Enumerates every pair and adds up the folded values.</summary>
    ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>;

    KeyValuePair<TKey, TValue>[] ToArray();

    void IDisposable.Dispose()
    {
        // Managed memory: the collector's.
    }
}
