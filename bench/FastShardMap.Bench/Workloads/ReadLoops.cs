using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Workloads;

/// <summary>
/// The reading loops that are measured, compiled once for each map and shape of pair. Each returns a number that
/// depends on every answer, so that nothing can be left out; the same work must give the same number in every map.
/// </summary>
/// <remarks>
/// Loops are called many times with short spans before they are measured (<see cref="LoopWarmUp"/>), so their code is
/// final: nothing here asks for AggressiveOptimization, which would keep profile-guided code away from every map.
/// </remarks>
internal static class ReadLoops<TMap, TKey, TValue, TEntry>
    where TMap : struct, ILookupMap<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    /// <summary>Lookups that do not wait for one another; hits and misses alike.</summary>
    public static ulong Lookup(TMap map, ReadOnlySpan<TKey> keys)
    {
        ulong sum = 0;
        foreach (TKey key in keys)
        {
            if (map.TryGet(key, out TValue value))
            {
                sum += TEntry.Fold(value);
            }
        }

        return sum;
    }

    /// <summary>Lookups of which each waits for the one before it.</summary>
    /// <param name="map">The map.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="zero">Zero, as a number the compiler cannot know.</param>
    public static ulong DependentLookup(TMap map, ReadOnlySpan<TKey> keys, ulong zero)
    {
        ulong sum = 0;
        ulong last = 0;
        foreach (TKey key in keys)
        {
            // A miss depends, too: on whether there was one.
            last = map.TryGet(TEntry.Turn(key, last & zero), out TValue value) ? TEntry.Fold(value) : 0;
            sum += last;
        }

        return sum;
    }
}
