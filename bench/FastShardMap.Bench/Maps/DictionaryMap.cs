using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// The sequential <see cref="Dictionary{TKey, TValue}"/>: what a map costs that need not care about other threads.
/// </summary>
public readonly struct DictionaryMap<TKey, TValue> : IMapUnderTest<DictionaryMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly Dictionary<TKey, TValue> _map;

    private DictionaryMap(Dictionary<TKey, TValue> map) => _map = map;

    public static string Label => "Dictionary (sequential)";

    public long Count => _map.Count;

    public static DictionaryMap<TKey, TValue> Create(MapSettings settings) =>
        new(new Dictionary<TKey, TValue>(checked((int)settings.Capacity)));

    public bool TryGet(TKey key, out TValue value) => _map.TryGetValue(key, out value);

    public bool TryAdd(TKey key, TValue value) => _map.TryAdd(key, value);

    public void Store(TKey key, TValue value) => _map[key] = value;

    public bool TryRemove(TKey key) => _map.Remove(key);

    public TValue GetOrAdd(TKey key, TValue value)
    {
        ref TValue slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_map, key, out bool exists);
        if (!exists)
        {
            slot = value;
        }

        return slot;
    }

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        ref TValue slot = ref CollectionsMarshal.GetValueRefOrNullRef(_map, key);
        if (Unsafe.IsNullRef(ref slot))
        {
            return false;
        }

        TEntry.Change(ref slot);
        return true;
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue> =>
        Values<TKey, TValue, TEntry>.Sum(_map.GetEnumerator());

    public KeyValuePair<TKey, TValue>[] ToArray() => [.. _map];

    public void Trim() => _map.TrimExcess();
}
