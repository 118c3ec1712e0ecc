using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>One lock around a <see cref="Dictionary{TKey, TValue}"/>: what many programs do.</summary>
public readonly struct LockedDictionaryMap<TKey, TValue>
    : IMapUnderTest<LockedDictionaryMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly Lock _lock;
    private readonly DictionaryMap<TKey, TValue> _map;

    private LockedDictionaryMap(DictionaryMap<TKey, TValue> map)
    {
        _lock = new Lock();
        _map = map;
    }

    public static string Label => "lock + Dictionary";

    public static bool IsConcurrent => true;

    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _map.Count;
            }
        }
    }

    public long? BytesAllocated => null;

    public static LockedDictionaryMap<TKey, TValue> Create(MapSettings settings) =>
        new(DictionaryMap<TKey, TValue>.Create(settings));

    public static LockedDictionaryMap<TKey, TValue> CreateFilled<TEntry>(ReadOnlySpan<TKey> keys, MapSettings settings)
        where TEntry : struct, IEntry<TKey, TValue> =>
        FilledMap.Create<LockedDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(keys, settings);

    public bool TryGet(TKey key, out TValue value)
    {
        lock (_lock)
        {
            return _map.TryGet(key, out value);
        }
    }

    public bool TryAdd(TKey key, TValue value)
    {
        lock (_lock)
        {
            return _map.TryAdd(key, value);
        }
    }

    public void Store(TKey key, TValue value)
    {
        lock (_lock)
        {
            _map.Store(key, value);
        }
    }

    public bool TryRemove(TKey key)
    {
        lock (_lock)
        {
            return _map.TryRemove(key);
        }
    }

    public TValue GetOrAdd(TKey key, TValue value)
    {
        lock (_lock)
        {
            return _map.GetOrAdd(key, value);
        }
    }

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        lock (_lock)
        {
            return _map.TryChange<TEntry>(key);
        }
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>
    {
        lock (_lock)
        {
            return _map.Sum<TEntry>();
        }
    }

    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        lock (_lock)
        {
            return _map.ToArray();
        }
    }

    public void Trim()
    {
        lock (_lock)
        {
            _map.Trim();
        }
    }

    public void Dispose()
    {
    }
}
