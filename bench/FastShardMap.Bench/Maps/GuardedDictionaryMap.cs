using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>A lock around a <see cref="Dictionary{TKey, TValue}"/>: what many programs do.</summary>
public readonly struct GuardedDictionaryMap<TGuard, TScope, TKey, TValue>
    : IMapUnderTest<GuardedDictionaryMap<TGuard, TScope, TKey, TValue>, TKey, TValue>
    where TGuard : struct, IGuard<TGuard, TScope>
    where TScope : struct, allows ref struct
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly TGuard _guard;
    private readonly DictionaryMap<TKey, TValue> _map;

    private GuardedDictionaryMap(DictionaryMap<TKey, TValue> map)
    {
        _guard = TGuard.Create();
        _map = map;
    }

    public static string Label => $"{TGuard.Label} + Dictionary";

    public long Count
    {
        get
        {
            using Held held = new(_guard.EnterRead());
            return _map.Count;
        }
    }

    public static GuardedDictionaryMap<TGuard, TScope, TKey, TValue> Create(MapSettings settings) =>
        new(DictionaryMap<TKey, TValue>.Create(settings));

    public bool TryGet(TKey key, out TValue value)
    {
        using Held held = new(_guard.EnterRead());
        return _map.TryGet(key, out value);
    }

    public bool TryAdd(TKey key, TValue value)
    {
        using Held held = new(_guard.EnterWrite());
        return _map.TryAdd(key, value);
    }

    public void Store(TKey key, TValue value)
    {
        using Held held = new(_guard.EnterWrite());
        _map.Store(key, value);
    }

    public bool TryRemove(TKey key)
    {
        using Held held = new(_guard.EnterWrite());
        return _map.TryRemove(key);
    }

    public TValue GetOrAdd(TKey key, TValue value)
    {
        using Held held = new(_guard.EnterWrite());
        return _map.GetOrAdd(key, value);
    }

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        using Held held = new(_guard.EnterWrite());
        return _map.TryChange<TEntry>(key);
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>
    {
        using Held held = new(_guard.EnterRead());
        return _map.Sum<TEntry>();
    }

    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        using Held held = new(_guard.EnterRead());
        return _map.ToArray();
    }

    public void Trim()
    {
        using Held held = new(_guard.EnterWrite());
        _map.Trim();
    }

    public void Dispose() => _guard.Dispose();

    private readonly ref struct Held(TScope scope)
    {
        private readonly TScope _scope = scope;

        public void Dispose() => TGuard.Leave(_scope);
    }
}
