using System.Collections.Immutable;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// An <see cref="ImmutableDictionary{TKey, TValue}"/> in a field that is exchanged atomically: reads need no lock,
/// writes make a new version and try again when another was faster.
/// </summary>
public readonly struct ImmutableDictionaryMap<TKey, TValue>
    : IMapUnderTest<ImmutableDictionaryMap<TKey, TValue>, TKey, TValue>, IReplaceableMap<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly Box _box;

    private ImmutableDictionaryMap(ImmutableDictionary<TKey, TValue> map) => _box = new Box { Version = map };

    public static string Label => "ImmutableDictionary";

    public long Count => Current.Count;

    private ImmutableDictionary<TKey, TValue> Current => Volatile.Read(ref _box.Version);

    public static ImmutableDictionaryMap<TKey, TValue> Create(MapSettings settings) =>
        new(ImmutableDictionary<TKey, TValue>.Empty);

    public static ImmutableDictionaryMap<TKey, TValue> CreateFilled<TEntry>(
        ReadOnlySpan<TKey> keys, MapSettings settings)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        ImmutableDictionary<TKey, TValue>.Builder builder = ImmutableDictionary.CreateBuilder<TKey, TValue>();
        foreach (TKey key in keys)
        {
            builder.Add(key, TEntry.ValueOf(key));
        }

        return new ImmutableDictionaryMap<TKey, TValue>(builder.ToImmutable());
    }

    public bool TryGet(TKey key, out TValue value) => Current.TryGetValue(key, out value);

    public bool TryAdd(TKey key, TValue value) => ImmutableInterlocked.TryAdd(ref _box.Version, key, value);

    public void Store(TKey key, TValue value) =>
        ImmutableInterlocked.AddOrUpdate(ref _box.Version, key, value, (_, _) => value);

    public bool TryRemove(TKey key) => ImmutableInterlocked.TryRemove(ref _box.Version, key, out _);

    public TValue GetOrAdd(TKey key, TValue value) => ImmutableInterlocked.GetOrAdd(ref _box.Version, key, value);

    public bool TryReplace(TKey key, TValue value, TValue expected) =>
        ImmutableInterlocked.TryUpdate(ref _box.Version, key, value, expected);

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue> => Values<TKey, TValue, TEntry>.TryChange(this, key);

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue> =>
        Values<TKey, TValue, TEntry>.Sum(Current.GetEnumerator());

    public KeyValuePair<TKey, TValue>[] ToArray() => [.. Current];

    private sealed class Box
    {
        public required ImmutableDictionary<TKey, TValue> Version;
    }
}
