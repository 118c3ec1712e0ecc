using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>Work on values that several adapters do alike.</summary>
internal static class Values<TKey, TValue, TEntry>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    /// <summary>Reads a value, changes a copy, and stores that unless another thread was faster.</summary>
    public static bool TryChange<TMap>(TMap map, TKey key)
        where TMap : struct, IReplaceableMap<TKey, TValue>
    {
        while (map.TryGet(key, out TValue old))
        {
            TValue changed = old;
            TEntry.Change(ref changed);
            if (map.TryReplace(key, changed, old))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All values, folded and added up.</summary>
    public static ulong Sum<TEnumerator>(TEnumerator pairs)
        where TEnumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        ulong sum = 0;
        using (pairs)
        {
            while (pairs.MoveNext())
            {
                sum += TEntry.Fold(pairs.Current.Value);
            }
        }

        return sum;
    }
}
