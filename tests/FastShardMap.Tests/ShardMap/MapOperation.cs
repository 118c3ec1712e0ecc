using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>A public member of a map, as a test calls it.</summary>
/// <param name="Member">The member, as PublicApi.txt writes it.</param>
/// <param name="Call">Calls it with a key.</param>
internal sealed record MapOperation(string Member, Action<Map, ulong> Call)
{
    /// <summary>Whether a callback of the map may call it.</summary>
    public bool IsRead { get; init; }

    /// <summary>Whether it works after Dispose.</summary>
    public bool WorksDisposed { get; init; }

    /// <summary>Whether it allocates managed memory, and its documentation says so.</summary>
    public bool Allocates { get; init; }

    /// <summary>Every public member; <see cref="ContractTests"/> holds the list complete.</summary>
    public static IReadOnlyList<MapOperation> All { get; } =
    [
        new("TValue this[TKey key] { get; set; }", static (map, key) => map[key] = key),
        new("TValue this[TKey key] { get; set; }", static (map, key) =>
        {
            try
            {
                _ = map[key];
            }
            catch (KeyNotFoundException)
            {
                // An answer too.
            }
        }) { IsRead = true, Allocates = true },
        new("bool TryGetValue(TKey key, out TValue value)", static (map, key) => map.TryGetValue(key, out _))
        {
            IsRead = true,
        },
        new("bool ContainsKey(TKey key)", static (map, key) => map.ContainsKey(key)) { IsRead = true },
        new("int TryGetValues(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)", static (map, key) =>
        {
            Span<ulong> values = stackalloc ulong[3];
            Span<bool> found = stackalloc bool[3];
            map.TryGetValues([key, key + 1, key + 2], values, found);
        }) { IsRead = true },
        new("void Add(TKey key, TValue value)", static (map, key) =>
        {
            try
            {
                map.Add(key, key);
            }
            catch (ArgumentException)
            {
                // An answer too.
            }
        }) { Allocates = true },
        new("bool TryAdd(TKey key, TValue value)", static (map, key) => map.TryAdd(key, key)),
        new(
            "bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue)",
            static (map, key) => map.TryUpdate(key, key, key)),
        new(
            "bool TryExchange(TKey key, TValue newValue, out TValue oldValue)",
            static (map, key) => map.TryExchange(key, key, out _)),
        new("bool TryRemove(TKey key, out TValue value)", static (map, key) => map.TryRemove(key, out _)),
        new(
            "bool TryRemove(KeyValuePair<TKey, TValue> item)",
            static (map, key) => map.TryRemove(new KeyValuePair<ulong, ulong>(key, key))),
        new("TValue GetOrAdd(TKey key, TValue value)", static (map, key) => map.GetOrAdd(key, key)),
        new(
            "TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory)",
            static (map, key) => map.GetOrAdd(key, static k => k)),
        new(
            "TValue GetOrAdd<TArg>(TKey key, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument)",
            static (map, key) => map.GetOrAdd(key, static (k, arg) => k + arg, 1UL)),
        new("TValue GetOrAdd<TFactory>(TKey key, ref TFactory factory)", static (map, key) =>
        {
            Functor functor = default;
            map.GetOrAdd(key, ref functor);
        }),
        new(
            "TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateValueFactory)",
            static (map, key) => map.AddOrUpdate(key, key, static (_, value) => value)),
        new(
            "TValue AddOrUpdate(TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, "
                + "TValue> updateValueFactory)",
            static (map, key) => map.AddOrUpdate(key, static k => k, static (_, value) => value)),
        new(
            "TValue AddOrUpdate<TArg>(TKey key, Func<TKey, TArg, TValue> addValueFactory, Func<TKey, TValue, TArg, "
                + "TValue> updateValueFactory, TArg factoryArgument)",
            static (map, key) => map.AddOrUpdate(key, static (k, _) => k, static (_, value, _) => value, 1)),
        new("TValue AddOrUpdate<TUpserter>(TKey key, ref TUpserter upserter)", static (map, key) =>
        {
            Functor functor = default;
            map.AddOrUpdate(key, ref functor);
        }),
        new(
            "bool TryUpdate<TArg>(TKey key, RefAction<TValue, TArg> update, TArg arg)",
            static (map, key) => map.TryUpdate(key, static (ref ulong value, ulong arg) => value = arg, key)),
        new("bool TryUpdate<TUpdater>(TKey key, ref TUpdater updater)", static (map, key) =>
        {
            Functor functor = default;
            map.TryUpdate(key, ref functor);
        }),
        new(
            "bool TryUpdateOrRemove<TArg>(TKey key, RefFunc<TValue, TArg, bool> keep, TArg arg)",
            static (map, key) => map.TryUpdateOrRemove(key, static (ref ulong value, ulong arg) => arg % 3 != 0, key)),
        new("bool TryUpdateOrRemove<TKeeper>(TKey key, ref TKeeper keeper)", static (map, key) =>
        {
            Functor functor = default;
            map.TryUpdateOrRemove(key, ref functor);
        }),
        new(
            "static TValue AddDelta<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, "
                + "TKey key, TValue delta)",
            static (map, key) => map.AddDelta(key, 0UL)),
        new(
            "static TValue AddDelta<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, TKey key, "
                + "MapArgument<TValue> delta)",
            static (map, key) => map.AddDelta(key, 0)),
        new(
            "static TValue AddDelta<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, "
                + "MapArgument<TKey> key, MapArgument<TValue> delta)",
            static (map, key) => map.AddDelta(new MapArgument<ulong>(key), 0)),
        new(
            "static TValue Increment<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> "
                + "map, MapArgument<TKey> key)",
            static (map, key) => map.Increment(new MapArgument<ulong>(key))),
        new(
            "static TValue Increment<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, TKey key)",
            static (map, key) => map.Increment(key)),
        new("long Count { get; }", static (map, _) => Discard(map.Count)) { IsRead = true },
        new("long Capacity { get; }", static (map, _) => Discard(map.Capacity)) { IsRead = true },
        new("bool IsEmpty { get; }", static (map, _) => Discard(map.IsEmpty)) { IsRead = true },
        new("long BytesAllocated { get; }", static (map, _) => Discard(map.BytesAllocated))
        {
            IsRead = true,
            WorksDisposed = true,
        },
        new("void Clear()", static (map, _) => map.Clear()) { Allocates = true },
        new("void EnsureCapacity(long capacity)", static (map, _) => map.EnsureCapacity(100)) { Allocates = true },
        new("void TrimExcess()", static (map, _) => map.TrimExcess()) { Allocates = true },
        new("ShardMap<TKey, TValue, THasher>.Enumerator GetEnumerator()", static (map, _) =>
        {
            foreach (KeyValuePair<ulong, ulong> entry in map)
            {
                _ = entry.Key;
            }
        }),
        new("KeyValuePair<TKey, TValue>[] ToArray()", static (map, _) => map.ToArray()) { Allocates = true },
        new("long CopyTo(Span<KeyValuePair<TKey, TValue>> destination)", static (map, _) =>
        {
            Span<KeyValuePair<ulong, ulong>> destination = new KeyValuePair<ulong, ulong>[4];
            try
            {
                map.CopyTo(destination);
            }
            catch (ArgumentException)
            {
                // More entries than that: an answer too.
            }
        }) { Allocates = true },
        new("ShardMapStatistics GetStatistics()", static (map, _) => map.GetStatistics()) { IsRead = true },
        new("long[] GetProbeLengths(int maxLength = 31)", static (map, _) => map.GetProbeLengths())
        {
            Allocates = true,
        },
        new("override string ToString()", static (map, _) => Discard(map.ToString()))
        {
            IsRead = true,
            WorksDisposed = true,
            Allocates = true,
        },
        .. RangeOperations.All,
        .. CollectionOperations.All,
        .. FeatureOperations.All,
    ];

    public override string ToString() => Member;

    private static void Discard<T>(T value)
    {
    }

    /// <summary>A functor of every kind that does nothing much.</summary>
    internal struct Functor : IValueUpserter<ulong, ulong>, IValueUpdater<ulong>, IValueKeeper<ulong>
    {
        public int Calls { get; private set; }

        public ulong Create(ulong key)
        {
            Calls++;
            return key;
        }

        public void Update(ulong key, ref ulong value)
        {
            Calls++;
            value = key;
        }

        public void Update(ref ulong value)
        {
            Calls++;
            value++;
        }

        public bool Keep(ref ulong value)
        {
            Calls++;
            return value % 2 == 0;
        }
    }
}
