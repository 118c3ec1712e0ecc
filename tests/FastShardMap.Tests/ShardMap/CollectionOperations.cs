using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>The members that make a map a collection of .NET, for <see cref="MapOperation.All"/>.</summary>
internal static class CollectionOperations
{
    public static IReadOnlyList<MapOperation> All { get; } =
    [
        new(
            "ShardMap<TKey, TValue, THasher>.KeyCollection Keys { get; }",
            static (map, key) => map.Keys.Contains(key)) { IsRead = true },
        new(
            "ShardMap<TKey, TValue, THasher>.ValueCollection Values { get; }",
            static (map, unused) => _ = map.Values.Count) { IsRead = true },
        new("string? Name { get; }", static (map, unused) => _ = map.Name) { IsRead = true, WorksDisposed = true },
        new("Dictionary<TKey, TValue> ToDictionary()", static (map, unused) => map.ToDictionary()) { Allocates = true },
        new("void Add(KeyValuePair<TKey, TValue> item)", static (map, key) =>
        {
            try
            {
                map.Add(new KeyValuePair<ulong, ulong>(key, key));
            }
            catch (ArgumentException)
            {
                // An answer too.
            }
        }) { Allocates = true },
        new(
            "static void AddDeltaRange<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, "
                + "ReadOnlySpan<MapArgument<TKey>> keys, MapArgument<TValue> delta)",
            static (map, unused) => map.AddDeltaRange([1, 2], 0)),
        new(
            "static void AddDeltaRange<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, "
                + "ReadOnlySpan<MapArgument<TKey>> keys, ReadOnlySpan<MapArgument<TValue>> deltas)",
            static (map, unused) => map.AddDeltaRange([1, 2], [0, 0])),
    ];
}
