namespace FastShardMap.Bench.Maps;

/// <summary>A map that looks up many keys in one call.</summary>
public interface IBatchedMap<TKey, TValue>
{
    /// <summary>Returns the number of hits.</summary>
    int TryGetMany(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found);
}
