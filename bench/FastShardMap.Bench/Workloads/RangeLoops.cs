using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Workloads;

/// <summary>The loops of <see cref="MapLoops"/> that write, with many keys per call.</summary>
internal static class RangeLoops
{
    /// <summary>Keys per call: enough to hide its fixed cost, few enough to stay in cache.</summary>
    private const int RangeKeys = 256;

    public static ulong Fill<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IRangedMap<ulong, ulong>
    {
        Span<ulong> values = stackalloc ulong[RangeKeys];
        ulong added = 0;
        for (; !keys.IsEmpty; keys = keys[Math.Min(RangeKeys, keys.Length)..])
        {
            ReadOnlySpan<ulong> range = keys[..Math.Min(RangeKeys, keys.Length)];
            added += (ulong)map.TryAddMany(range, ValuesOf(range, values));
        }

        return added;
    }

    public static ulong Overwrite<TMap>(TMap map, ReadOnlySpan<ulong> keys)
        where TMap : struct, IRangedMap<ulong, ulong>
    {
        Span<ulong> values = stackalloc ulong[RangeKeys];
        ulong count = (ulong)keys.Length;
        for (; !keys.IsEmpty; keys = keys[Math.Min(RangeKeys, keys.Length)..])
        {
            ReadOnlySpan<ulong> range = keys[..Math.Min(RangeKeys, keys.Length)];
            map.StoreMany(range, ValuesOf(range, values));
        }

        return count;
    }

    /// <summary>Removes the oldest keys and inserts keys that never were there, range by range.</summary>
    /// <param name="map">The map.</param>
    /// <param name="oldest">The keys to remove, in order.</param>
    /// <param name="newest">The keys to insert, in order; as many.</param>
    public static ulong Churn<TMap>(TMap map, ReadOnlySpan<ulong> oldest, ReadOnlySpan<ulong> newest)
        where TMap : struct, IRangedMap<ulong, ulong>
    {
        Span<ulong> values = stackalloc ulong[RangeKeys];
        ulong done = 0;
        for (int first = 0; first < newest.Length; first += RangeKeys)
        {
            int count = Math.Min(RangeKeys, newest.Length - first);
            ReadOnlySpan<ulong> range = newest.Slice(first, count);
            done += (ulong)map.TryRemoveMany(oldest.Slice(first, count));
            done += (ulong)map.TryAddMany(range, ValuesOf(range, values));
        }

        return done;
    }

    private static ReadOnlySpan<ulong> ValuesOf(ReadOnlySpan<ulong> keys, Span<ulong> values)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            values[i] = MapLoops.ValueOf(keys[i]);
        }

        return values[..keys.Length];
    }
}
