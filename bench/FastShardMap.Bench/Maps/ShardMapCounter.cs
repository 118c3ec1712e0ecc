using System.Numerics;

namespace FastShardMap.Bench.Maps;

/// <summary>The map this project is about, with numbers as values, counting through Increment.</summary>
public readonly struct ShardMapCounter<TKey, TValue> : ICountingMap<ShardMapCounter<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged, INumber<TValue>
{
    private readonly ShardMap<TKey, TValue> _map;

    private ShardMapCounter(ShardMap<TKey, TValue> map) => _map = map;

    public static string Label => ShardMapAdapter<TKey, TValue>.Label;

    public long Count => _map.Count;

    public long? BytesAllocated => _map.BytesAllocated;

    public static ShardMapCounter<TKey, TValue> Create(MapSettings settings) =>
        new(new ShardMap<TKey, TValue>(ShardMapAdapter<TKey, TValue>.ToOptions(settings)));

    public bool TryGet(TKey key, out TValue value) => _map.TryGetValue(key, out value);

    public void Store(TKey key, TValue value) => _map[key] = value;

    public void Increment(TKey key) => _map.Increment(key);

    public IEnumerable<KeyValuePair<TKey, TValue>> Pairs() => _map;

    public void Dispose() => _map.Dispose();
}
