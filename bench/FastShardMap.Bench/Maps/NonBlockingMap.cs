using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>The lock-free <see cref="NonBlocking.ConcurrentDictionary{TKey, TValue}"/>.</summary>
public readonly struct NonBlockingMap<TKey, TValue>
    : IMapUnderTest<NonBlockingMap<TKey, TValue>, TKey, TValue>, IReplaceableMap<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly NonBlocking.ConcurrentDictionary<TKey, TValue> _map;

    private NonBlockingMap(NonBlocking.ConcurrentDictionary<TKey, TValue> map) => _map = map;

    public static string Label => "NonBlocking";

    public long Count => _map.Count;

    public static NonBlockingMap<TKey, TValue> Create(MapSettings settings) => new(settings.Capacity == 0
        ? new NonBlocking.ConcurrentDictionary<TKey, TValue>()
        : new NonBlocking.ConcurrentDictionary<TKey, TValue>(
            Environment.ProcessorCount, checked((int)settings.Capacity)));

    public bool TryGet(TKey key, out TValue value) => _map.TryGetValue(key, out value);

    public bool TryAdd(TKey key, TValue value) => _map.TryAdd(key, value);

    public void Store(TKey key, TValue value) => _map[key] = value;

    public bool TryRemove(TKey key) => _map.TryRemove(key, out _);

    public TValue GetOrAdd(TKey key, TValue value) => _map.GetOrAdd(key, value);

    public bool TryReplace(TKey key, TValue value, TValue expected) => _map.TryUpdate(key, value, expected);

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue> => Values<TKey, TValue, TEntry>.TryChange(this, key);

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue> => Values<TKey, TValue, TEntry>.Sum(_map.GetEnumerator());

    public KeyValuePair<TKey, TValue>[] ToArray() => [.. _map];
}
