using System.Collections.Frozen;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>A <see cref="FrozenDictionary{TKey, TValue}"/>: made once, only read thereafter.</summary>
public readonly struct FrozenDictionaryMap<TKey, TValue> : IReadableMap<FrozenDictionaryMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly FrozenDictionary<TKey, TValue> _map;

    private FrozenDictionaryMap(FrozenDictionary<TKey, TValue> map) => _map = map;

    public static string Label => "FrozenDictionary";

    public long Count => _map.Count;

    public static FrozenDictionaryMap<TKey, TValue> CreateFilled<TEntry>(ReadOnlySpan<TKey> keys, MapSettings settings)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        Dictionary<TKey, TValue> pairs = new(keys.Length);
        foreach (TKey key in keys)
        {
            pairs.Add(key, TEntry.ValueOf(key));
        }

        return new FrozenDictionaryMap<TKey, TValue>(pairs.ToFrozenDictionary());
    }

    public bool TryGet(TKey key, out TValue value) => _map.TryGetValue(key, out value);

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue> =>
        Values<TKey, TValue, TEntry>.Sum(_map.GetEnumerator());

    public KeyValuePair<TKey, TValue>[] ToArray() => [.. _map];
}
