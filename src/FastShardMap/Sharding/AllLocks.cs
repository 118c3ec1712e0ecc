using FastShardMap.Layout;

namespace FastShardMap.Sharding;

/// <summary>A scope in which the calling thread owns the lock of every shard, and no thread writes in place, so that
/// nothing in the map changes.</summary>
internal unsafe ref struct AllLocks<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly ref readonly ShardSet<TKey, TValue, THasher> _map;

    /// <summary>Takes every lock, in order, and waits for writes in place to end.</summary>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted, and owns no lock.</exception>
    public AllLocks(ref readonly ShardSet<TKey, TValue, THasher> map)
    {
        _map = ref map;
        Thread = map.EnterThread();
        map.LockAll(Thread);
    }

    public ThreadState Thread { get; }

    /// <summary>Returns the scope of one shard. The tables that the shard retires go to the collector.</summary>
    public readonly LockedShard<TKey, TValue, THasher> ShardAt(int shard, List<TableRef> collector) =>
        LockedShard<TKey, TValue, THasher>.OfAll(_map.ShardAt(shard), Thread, collector);

    public readonly void Dispose() => _map.UnlockAll();
}
