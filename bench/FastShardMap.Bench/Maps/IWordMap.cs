namespace FastShardMap.Bench.Maps;

/// <summary>A map from text to numbers that can add to a value in place.</summary>
public interface IWordMap<TSelf> : IDisposable
    where TSelf : struct, IWordMap<TSelf>
{
    static abstract string Label { get; }

    static abstract TSelf Create(MapSettings settings);

    long Count { get; }

    /// <summary>What the map itself says it holds in bytes; null where it does not know.</summary>
    long? BytesAllocated => null;

    bool TryGet(ReadOnlySpan<char> key, out long value);

    /// <summary>Adds one to the value of a key, or inserts the key with the value one.</summary>
    void Increment(ReadOnlySpan<char> key);

    /// <summary>Every pair, for verification after all writers have stopped.</summary>
    IEnumerable<KeyValuePair<string, long>> Pairs();

    void IDisposable.Dispose()
    {
        // Managed memory: the collector's.
    }
}
