namespace FastShardMap.Bench.Maps;

/// <summary>Something that finds the value of a key: all that the reading loops need.</summary>
public interface ILookupMap<TKey, TValue>
{
    bool TryGet(TKey key, out TValue value);
}
