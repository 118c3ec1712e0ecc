using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>A <see cref="ReaderWriterLockSlim"/> around a <see cref="Dictionary{TKey, TValue}"/>.</summary>
public readonly struct RwLockedDictionaryMap<TKey, TValue>
    : IMapUnderTest<RwLockedDictionaryMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ReaderWriterLockSlim _lock;
    private readonly DictionaryMap<TKey, TValue> _map;

    private RwLockedDictionaryMap(DictionaryMap<TKey, TValue> map)
    {
        _lock = new ReaderWriterLockSlim();
        _map = map;
    }

    public static string Label => "ReaderWriterLockSlim + Dictionary";

    public static bool IsConcurrent => true;

    public long Count
    {
        get
        {
            _lock.EnterReadLock();
            try
            {
                return _map.Count;
            }
            finally
            {
                _lock.ExitReadLock();
            }
        }
    }

    public long? BytesAllocated => null;

    public static RwLockedDictionaryMap<TKey, TValue> Create(MapSettings settings) =>
        new(DictionaryMap<TKey, TValue>.Create(settings));

    public static RwLockedDictionaryMap<TKey, TValue> CreateFilled<TEntry>(
        ReadOnlySpan<TKey> keys, MapSettings settings)
        where TEntry : struct, IEntry<TKey, TValue> =>
        FilledMap.Create<RwLockedDictionaryMap<TKey, TValue>, TKey, TValue, TEntry>(keys, settings);

    public bool TryGet(TKey key, out TValue value)
    {
        _lock.EnterReadLock();
        try
        {
            return _map.TryGet(key, out value);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    public bool TryAdd(TKey key, TValue value)
    {
        _lock.EnterWriteLock();
        try
        {
            return _map.TryAdd(key, value);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public void Store(TKey key, TValue value)
    {
        _lock.EnterWriteLock();
        try
        {
            _map.Store(key, value);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public bool TryRemove(TKey key)
    {
        _lock.EnterWriteLock();
        try
        {
            return _map.TryRemove(key);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public TValue GetOrAdd(TKey key, TValue value)
    {
        _lock.EnterWriteLock();
        try
        {
            return _map.GetOrAdd(key, value);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        _lock.EnterWriteLock();
        try
        {
            return _map.TryChange<TEntry>(key);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>
    {
        _lock.EnterReadLock();
        try
        {
            return _map.Sum<TEntry>();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        _lock.EnterReadLock();
        try
        {
            return _map.ToArray();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    public void Trim()
    {
        _lock.EnterWriteLock();
        try
        {
            _map.Trim();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public void Dispose() => _lock.Dispose();
}
