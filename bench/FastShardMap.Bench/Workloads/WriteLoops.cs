using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Workloads;

/// <summary>The writing loops that are measured; see <see cref="ReadLoops{TMap, TKey, TValue, TEntry}"/>.</summary>
internal static class WriteLoops<TMap, TKey, TValue, TEntry>
    where TMap : struct, IMapUnderTest<TMap, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    public static ulong Fill(TMap map, ReadOnlySpan<TKey> keys)
    {
        ulong added = 0;
        foreach (TKey key in keys)
        {
            added += map.TryAdd(key, TEntry.ValueOf(key)) ? 1UL : 0UL;
        }

        return added;
    }

    public static ulong Overwrite(TMap map, ReadOnlySpan<TKey> keys)
    {
        foreach (TKey key in keys)
        {
            map.Store(key, TEntry.ValueOf(key));
        }

        return (ulong)keys.Length;
    }

    /// <summary>Changes values in place.</summary>
    public static ulong Change(TMap map, ReadOnlySpan<TKey> keys)
    {
        ulong changed = 0;
        foreach (TKey key in keys)
        {
            changed += map.TryChange<TEntry>(key) ? 1UL : 0UL;
        }

        return changed;
    }

    public static ulong GetOrAdd(TMap map, ReadOnlySpan<TKey> keys)
    {
        ulong sum = 0;
        foreach (TKey key in keys)
        {
            sum += TEntry.Fold(map.GetOrAdd(key, TEntry.ValueOf(key)));
        }

        return sum;
    }

    public static ulong Remove(TMap map, ReadOnlySpan<TKey> keys)
    {
        ulong removed = 0;
        foreach (TKey key in keys)
        {
            removed += map.TryRemove(key) ? 1UL : 0UL;
        }

        return removed;
    }

    /// <summary>Reads and overwrites in turn.</summary>
    public static ulong ReadThenOverwrite(TMap map, ReadOnlySpan<TKey> keys)
    {
        ulong sum = 0;
        for (int i = 0; i + 1 < keys.Length; i += 2)
        {
            if (map.TryGet(keys[i], out TValue value))
            {
                sum += TEntry.Fold(value);
            }

            map.Store(keys[i + 1], TEntry.ValueOf(keys[i + 1]));
        }

        return sum;
    }

    /// <summary>Reads nineteen keys and overwrites the twentieth, over and over.</summary>
    public static ulong MostlyRead(TMap map, ReadOnlySpan<TKey> keys)
    {
        ulong sum = 0;
        for (int first = 0; first + MapLoops.KeysPerWrite <= keys.Length; first += MapLoops.KeysPerWrite)
        {
            int written = first + MapLoops.KeysPerWrite - 1;
            foreach (TKey key in keys[first..written])
            {
                if (map.TryGet(key, out TValue value))
                {
                    sum += TEntry.Fold(value);
                }
            }

            map.Store(keys[written], TEntry.ValueOf(keys[written]));
        }

        return sum;
    }

    /// <summary>Removes the oldest key and inserts one that never was there, over and over.</summary>
    /// <param name="map">The map.</param>
    /// <param name="oldest">The keys to remove, in order.</param>
    /// <param name="newest">The keys to insert, in order; as many.</param>
    public static ulong Churn(TMap map, ReadOnlySpan<TKey> oldest, ReadOnlySpan<TKey> newest)
    {
        ulong done = 0;
        for (int i = 0; i < oldest.Length && i < newest.Length; i++)
        {
            done += map.TryRemove(oldest[i]) ? 1UL : 0UL;
            done += map.TryAdd(newest[i], TEntry.ValueOf(newest[i])) ? 1UL : 0UL;
        }

        return done;
    }
}
