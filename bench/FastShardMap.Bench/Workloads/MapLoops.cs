using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Workloads;

/// <summary>
/// The loops that are measured, one for each kind of work and compiled once for each map. Each returns a number that
/// depends on every answer, so that nothing can be left out; the same work must give the same number in every map.
/// </summary>
/// <remarks>
/// Loops are called many times with short spans before they are measured (<see cref="LoopWarmUp"/>), so their code is
/// final: nothing here asks for AggressiveOptimization, which would keep profile-guided code away from every map.
/// </remarks>
internal static class MapLoops
{
    /// <summary>The value every loop stores for a key.</summary>
    public static ulong ValueOf(ulong key) => ~key;

    public static ulong Fill<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong added = 0;
        foreach (ulong key in keys)
        {
            added += map.TryAdd(key, ValueOf(key)) ? 1UL : 0UL;
        }

        return added;
    }

    /// <summary>Lookups that do not wait for one another; hits and misses alike.</summary>
    public static ulong Lookup<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            if (map.TryGet(key, out ulong value))
            {
                sum += value;
            }
        }

        return sum;
    }

    /// <summary>Lookups of which each waits for the one before it.</summary>
    /// <param name="map">The map.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="zero">Zero, as a number the compiler cannot know.</param>
    public static ulong DependentLookup<TMap>(TMap map, ReadOnlySpan<ulong> keys, ulong zero)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong sum = 0;
        ulong last = 0;
        foreach (ulong key in keys)
        {
            map.TryGet(key ^ (last & zero), out last);
            sum += last;
        }

        return sum;
    }

    public static ulong BatchedLookup<TMap>(TMap map, ReadOnlySpan<ulong> keys, Span<ulong> values, Span<bool> found)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>, IBatchedMap<ulong, ulong>
    {
        ulong sum = 0;
        while (!keys.IsEmpty)
        {
            int count = Math.Min(keys.Length, values.Length);
            map.TryGetMany(keys[..count], values[..count], found[..count]);
            for (int i = 0; i < count; i++)
            {
                if (found[i])
                {
                    sum += values[i];
                }
            }

            keys = keys[count..];
        }

        return sum;
    }

    public static ulong Overwrite<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        foreach (ulong key in keys)
        {
            map.Store(key, ValueOf(key));
        }

        return (ulong)keys.Length;
    }

    public static ulong GetOrAdd<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            sum += map.GetOrAdd(key, ValueOf(key));
        }

        return sum;
    }

    /// <summary>Reads and overwrites in turn.</summary>
    public static ulong ReadThenOverwrite<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong sum = 0;
        for (int i = 0; i + 1 < keys.Length; i += 2)
        {
            if (map.TryGet(keys[i], out ulong value))
            {
                sum += value;
            }

            map.Store(keys[i + 1], ValueOf(keys[i + 1]));
        }

        return sum;
    }

    /// <summary>Removes the oldest key and inserts one that never was there, over and over.</summary>
    /// <param name="map">The map.</param>
    /// <param name="oldest">The keys to remove, in order.</param>
    /// <param name="newest">The keys to insert, in order; as many.</param>
    public static ulong Churn<TMap>(TMap map, ReadOnlySpan<ulong> oldest, ReadOnlySpan<ulong> newest)
        where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
    {
        ulong done = 0;
        for (int i = 0; i < oldest.Length && i < newest.Length; i++)
        {
            done += map.TryRemove(oldest[i]) ? 1UL : 0UL;
            done += map.TryAdd(newest[i], ValueOf(newest[i])) ? 1UL : 0UL;
        }

        return done;
    }
}
