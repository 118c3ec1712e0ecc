using System.Diagnostics;

namespace FastShardMap.Diagnostics;

/// <summary>Shows a map in a debugger. Entries are read without a lock, because the debugger may have stopped a
/// writer.</summary>
internal sealed class ShardMapDebugView<TKey, TValue, THasher>(ShardMap<TKey, TValue, THasher> map)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private const int MaxEntries = 1000;

    /// <summary>Some of the entries, in no particular order.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public KeyValuePair<TKey, TValue>[] Entries
    {
        get
        {
            KeyValuePair<TKey, TValue>[] entries = map.Shards.PeekEntries(MaxEntries);
            GC.KeepAlive(map);
            return entries;
        }
    }
}
