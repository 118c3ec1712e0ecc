using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>The members of a map that write many keys, for <see cref="MapOperation.All"/>.</summary>
internal static class RangeOperations
{
    public static IReadOnlyList<MapOperation> All { get; } =
    [
        new(
            "int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)",
            static (map, key) => map.TryAddRange([key, key], [key, 0])),
        new(
            "int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, Span<bool> added)",
            static (map, key) =>
            {
                Span<bool> added = stackalloc bool[2];
                map.TryAddRange([key, key], [key, 0], added);
            }),
        new(
            "void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)",
            static (map, key) => map.SetRange([key, key], [0, key])),
        new(
            "int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, int maxDegreeOfParallelism)",
            static (map, key) => map.TryAddRange([key, key], [key, 0], 2)),
        new(
            "void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, int maxDegreeOfParallelism)",
            static (map, key) => map.SetRange([key, key], [0, key], -1)),
        new(
            "int TryRemoveRange(ReadOnlySpan<TKey> keys)",
            static (map, key) => map.TryRemoveRange([key, key])),
        new(
            "int TryRemoveRange(ReadOnlySpan<TKey> keys, Span<bool> removed)",
            static (map, key) =>
            {
                Span<bool> removed = stackalloc bool[2];
                map.TryRemoveRange([key, key], removed);
            }),
        new(
            "void Prefetch(TKey key)",
            static (map, key) => map.Prefetch(key)) { IsRead = true },
        new(
            "static void AddDeltaRange<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, "
                + "ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> deltas)",
            // Without a variable, an unoptimized build would allocate to get at the constants.
            static (map, key) => map.AddDeltaRange([key, key], [key - key, 0UL])),
        new(
            "static void AddDeltaRange<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, "
                + "ReadOnlySpan<TKey> keys, TValue delta)",
            static (map, key) => map.AddDeltaRange([key, key], 0UL)),
        new(
            "static void AddDeltaRange<TKey, TValue, THasher>(this ShardMap<TKey, TValue, THasher> map, "
                + "ReadOnlySpan<TKey> keys, MapArgument<TValue> delta)",
            static (map, key) => map.AddDeltaRange([key, key], 0)),
    ];
}
