using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>The map this project is about.</summary>
public readonly struct ShardMapAdapter<TKey, TValue>
    : IMapUnderTest<ShardMapAdapter<TKey, TValue>, TKey, TValue>, IBatchedMap<TKey, TValue>,
      IRangedMap<TKey, TValue>, IProbedMap
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ShardMap<TKey, TValue> _map;

    private ShardMapAdapter(ShardMap<TKey, TValue> map) => _map = map;

    public static string Label => "ShardMap";

    public long Count => _map.Count;

    public long? BytesAllocated => _map.BytesAllocated;

    public static ShardMapAdapter<TKey, TValue> Create(MapSettings settings) =>
        new(new ShardMap<TKey, TValue>(ToOptions(settings)));

    public bool TryGet(TKey key, out TValue value) => _map.TryGetValue(key, out value);

    public bool TryAdd(TKey key, TValue value) => _map.TryAdd(key, value);

    public void Store(TKey key, TValue value) => _map[key] = value;

    public bool TryRemove(TKey key) => _map.TryRemove(key, out _);

    public TValue GetOrAdd(TKey key, TValue value) => _map.GetOrAdd(key, value);

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        Changer<TEntry> changer = default(Changer<TEntry>);
        return _map.TryUpdate(key, ref changer);
    }

    public int TryGetMany(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found) =>
        _map.TryGetValues(keys, values, found);

    public int TryAddMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values) => _map.TryAddRange(keys, values);

    public void StoreMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values) => _map.SetRange(keys, values);

    public int TryRemoveMany(ReadOnlySpan<TKey> keys) => _map.TryRemoveRange(keys);

    public long[] ProbeLengths() => _map.GetProbeLengths();

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue> =>
        Values<TKey, TValue, TEntry>.Sum(_map.GetEnumerator());

    public KeyValuePair<TKey, TValue>[] ToArray() => _map.ToArray();

    public void Trim() => _map.TrimExcess();

    public void Dispose() => _map.Dispose();

    internal static ShardMapOptions ToOptions(MapSettings settings) => new()
    {
        Capacity = settings.Capacity,
        ShardCount = settings.Shards,
        HugePages = settings.HugePages,
        BackgroundMigration = settings.Background,
        Name = settings.Name,
    };

    private readonly struct Changer<TEntry> : IValueUpdater<TValue>
        where TEntry : struct, IEntry<TKey, TValue>
    {
        public void Update(ref TValue value) => TEntry.Change(ref value);
    }
}
