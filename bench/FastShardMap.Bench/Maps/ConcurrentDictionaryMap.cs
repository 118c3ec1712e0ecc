using System.Collections.Concurrent;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// The framework's <see cref="ConcurrentDictionary{TKey, TValue}"/>, which every figure is put beside.
/// </summary>
public readonly struct ConcurrentDictionaryMap<TKey, TValue>
    : IMapUnderTest<ConcurrentDictionaryMap<TKey, TValue>, TKey, TValue>, IBatchedMap<TKey, TValue>,
      IReplaceableMap<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ConcurrentDictionary<TKey, TValue> _map;

    private ConcurrentDictionaryMap(ConcurrentDictionary<TKey, TValue> map) => _map = map;

    public static string Label => "ConcurrentDictionary";

    public long Count => _map.Count;

    public static ConcurrentDictionaryMap<TKey, TValue> Create(MapSettings settings) => new(CreateDictionary(settings));

    public bool TryGet(TKey key, out TValue value) => _map.TryGetValue(key, out value);

    public bool TryAdd(TKey key, TValue value) => _map.TryAdd(key, value);

    public void Store(TKey key, TValue value) => _map[key] = value;

    public bool TryRemove(TKey key) => _map.TryRemove(key, out _);

    public TValue GetOrAdd(TKey key, TValue value) => _map.GetOrAdd(key, value);

    public bool TryReplace(TKey key, TValue value, TValue expected) => _map.TryUpdate(key, value, expected);

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue> => Values<TKey, TValue, TEntry>.TryChange(this, key);

    /// <summary>It has no call for many keys: one after another.</summary>
    public int TryGetMany(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        int hits = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            found[i] = _map.TryGetValue(keys[i], out values[i]);
            hits += found[i] ? 1 : 0;
        }

        return hits;
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue> =>
        Values<TKey, TValue, TEntry>.Sum(_map.GetEnumerator());

    public KeyValuePair<TKey, TValue>[] ToArray() => _map.ToArray();

    internal static ConcurrentDictionary<TKey, TValue> CreateDictionary(MapSettings settings)
    {
        // A stated concurrency level fixes the number of stripes; without one they grow with the table, which is
        // faster.
        if (settings.Shards > 0)
        {
            int capacity = checked((int)Math.Max(settings.Capacity, 31));
            return new ConcurrentDictionary<TKey, TValue>(settings.Shards, capacity);
        }

        return settings.Capacity == 0
            ? new ConcurrentDictionary<TKey, TValue>()
            : new ConcurrentDictionary<TKey, TValue>(-1, checked((int)settings.Capacity));
    }
}
