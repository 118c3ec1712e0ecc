using System.Collections.Concurrent;
using System.Numerics;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// <see cref="ConcurrentDictionary{TKey, TValue}"/> with numbers as values, counting through AddOrUpdate.
/// </summary>
public readonly struct ConcurrentDictionaryCounter<TKey, TValue>
    : ICountingMap<ConcurrentDictionaryCounter<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged, INumber<TValue>
{
    private readonly ConcurrentDictionary<TKey, TValue> _map;

    private ConcurrentDictionaryCounter(ConcurrentDictionary<TKey, TValue> map) => _map = map;

    public static string Label => ConcurrentDictionaryMap<TKey, TValue>.Label;

    public long Count => _map.Count;

    public static ConcurrentDictionaryCounter<TKey, TValue> Create(MapSettings settings) =>
        new(ConcurrentDictionaryMap<TKey, TValue>.CreateDictionary(settings));

    public bool TryGet(TKey key, out TValue value) => _map.TryGetValue(key, out value);

    public void Store(TKey key, TValue value) => _map[key] = value;

    public void Increment(TKey key) => _map.AddOrUpdate(key, TValue.One, static (_, count) => count + TValue.One);

    public IEnumerable<KeyValuePair<TKey, TValue>> Pairs() => _map;
}
