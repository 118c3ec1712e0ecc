namespace FastShardMap.Bench.Maps;

/// <summary>A map that replaces a value if it still is the expected one, and cannot change it in place.</summary>
internal interface IReplaceableMap<TKey, TValue> : ILookupMap<TKey, TValue>
{
    bool TryReplace(TKey key, TValue value, TValue expected);
}
