using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Workloads;

/// <summary>Lookups of many keys in one call.</summary>
internal static class BatchLoops<TMap, TKey, TValue, TEntry>
    where TMap : struct, IBatchedMap<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    public static ulong Lookup(TMap map, ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
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
                    sum += TEntry.Fold(values[i]);
                }
            }

            keys = keys[count..];
        }

        return sum;
    }
}
