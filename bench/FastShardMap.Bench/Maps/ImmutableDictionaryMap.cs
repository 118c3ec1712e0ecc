using System.Collections.Immutable;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// An <see cref="ImmutableDictionary{TKey, TValue}"/> in a field that is exchanged atomically: reads need no lock,
/// writes make a new version and try again when another was faster.
/// </summary>
public readonly struct ImmutableDictionaryMap<TKey, TValue>
    : IMapUnderTest<ImmutableDictionaryMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly Box _box;

    private ImmutableDictionaryMap(ImmutableDictionary<TKey, TValue> map) => _box = new Box { Version = map };

    public static string Label => "ImmutableDictionary";

    public static bool IsConcurrent => true;

    public long Count => Current.Count;

    public long? BytesAllocated => null;

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

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        while (Current.TryGetValue(key, out TValue old))
        {
            TValue changed = old;
            TEntry.Change(ref changed);
            if (ImmutableInterlocked.TryUpdate(ref _box.Version, key, changed, old))
            {
                return true;
            }
        }

        return false;
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>
    {
        ulong sum = 0;
        foreach ((_, TValue value) in Current)
        {
            sum += TEntry.Fold(value);
        }

        return sum;
    }

    public KeyValuePair<TKey, TValue>[] ToArray() => [.. Current];

    public void Trim()
    {
        // A version is never larger than its pairs need.
    }

    public void Dispose()
    {
    }

    private sealed class Box
    {
        public required ImmutableDictionary<TKey, TValue> Version;
    }
}
