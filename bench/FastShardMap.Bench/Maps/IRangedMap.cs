namespace FastShardMap.Bench.Maps;

/// <summary>A map that writes many keys in one call.</summary>
public interface IRangedMap<TKey, TValue>
{
    /// <summary>Returns the number of keys added.</summary>
    int TryAddMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values);

    void StoreMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values);

    /// <summary>Returns the number of keys removed.</summary>
    int TryRemoveMany(ReadOnlySpan<TKey> keys);
}
