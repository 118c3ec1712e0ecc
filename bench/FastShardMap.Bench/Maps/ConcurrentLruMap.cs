using BitFaster.Caching.Lru;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// BitFaster.Caching's <see cref="ConcurrentLru{K, V}"/>, a cache of a fixed number of pairs, made so large that it
/// keeps every pair it is given.
/// </summary>
/// <remarks>It has neither a conditional addition nor a conditional change: both look first, and then store.</remarks>
public readonly struct ConcurrentLruMap<TKey, TValue> : IMapUnderTest<ConcurrentLruMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>Pairs that a cache of unstated capacity keeps.</summary>
    private const long DefaultCapacity = 1 << 16;

    /// <summary>New pairs pass through three queues of equal length; the first alone has room for all.</summary>
    private const int Queues = 3;

    private readonly ConcurrentLru<TKey, TValue> _map;

    private ConcurrentLruMap(ConcurrentLru<TKey, TValue> map) => _map = map;

    public static string Label => "ConcurrentLru";

    public long Count => _map.Count;

    public static ConcurrentLruMap<TKey, TValue> Create(MapSettings settings)
    {
        int capacity = checked((int)Math.Max(settings.Capacity, DefaultCapacity) * Queues);
        return new(new ConcurrentLru<TKey, TValue>(
            Environment.ProcessorCount, new EqualCapacityPartition(capacity), EqualityComparer<TKey>.Default));
    }

    public bool TryGet(TKey key, out TValue value) => _map.TryGet(key, out value);

    public bool TryAdd(TKey key, TValue value)
    {
        if (_map.TryGet(key, out _))
        {
            return false;
        }

        _map.AddOrUpdate(key, value);
        return true;
    }

    public void Store(TKey key, TValue value) => _map.AddOrUpdate(key, value);

    public bool TryRemove(TKey key) => _map.TryRemove(key);

    public TValue GetOrAdd(TKey key, TValue value) => _map.GetOrAdd(key, static (_, added) => added, value);

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        if (!_map.TryGet(key, out TValue value))
        {
            return false;
        }

        TEntry.Change(ref value);
        return _map.TryUpdate(key, value);
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue> => Values<TKey, TValue, TEntry>.Sum(_map.GetEnumerator());

    public KeyValuePair<TKey, TValue>[] ToArray() => [.. _map];
}
