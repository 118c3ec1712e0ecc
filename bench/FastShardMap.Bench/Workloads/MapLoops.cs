using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Workloads;

/// <summary>The measured loops for 64-bit keys and values, with everything but the map inferred.</summary>
internal static class MapLoops
{
    /// <summary>Five writes in a hundred operations, where most read.</summary>
    public const int KeysPerWrite = 20;

    /// <inheritdoc cref="WordEntry.ValueOf"/>
    public static ulong ValueOf(ulong key) => WordEntry.ValueOf(key);

    public static ulong Lookup<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, ILookupMap<ulong, ulong> =>
        ReadLoops<TMap, ulong, ulong, WordEntry>.Lookup(map, keys);

    public static ulong DependentLookup<TMap>(TMap map, ReadOnlySpan<ulong> keys, ulong zero)
        where TMap : struct, ILookupMap<ulong, ulong> =>
        ReadLoops<TMap, ulong, ulong, WordEntry>.DependentLookup(map, keys, zero);

    public static ulong BatchedLookup<TMap>(TMap map, ReadOnlySpan<ulong> keys, Span<ulong> values, Span<bool> found)
        where TMap : struct, IBatchedMap<ulong, ulong> =>
        BatchLoops<TMap, ulong, ulong, WordEntry>.Lookup(map, keys, values, found);

    public static ulong Fill<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        WriteLoops<TMap, ulong, ulong, WordEntry>.Fill(map, keys);

    public static ulong Overwrite<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        WriteLoops<TMap, ulong, ulong, WordEntry>.Overwrite(map, keys);

    public static ulong Change<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        WriteLoops<TMap, ulong, ulong, WordEntry>.Change(map, keys);

    public static ulong GetOrAdd<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        WriteLoops<TMap, ulong, ulong, WordEntry>.GetOrAdd(map, keys);

    public static ulong Remove<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        WriteLoops<TMap, ulong, ulong, WordEntry>.Remove(map, keys);

    public static ulong ReadThenOverwrite<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        WriteLoops<TMap, ulong, ulong, WordEntry>.ReadThenOverwrite(map, keys);

    public static ulong Churn<TMap>(TMap map, ReadOnlySpan<ulong> oldest, ReadOnlySpan<ulong> newest)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong> =>
        WriteLoops<TMap, ulong, ulong, WordEntry>.Churn(map, oldest, newest);
}
