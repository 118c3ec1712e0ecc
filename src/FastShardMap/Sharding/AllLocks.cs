using FastShardMap.Layout;

namespace FastShardMap.Sharding;

/// <summary>A scope in which the whole map stands still: the calling thread owns every shard's lock, and no thread writes in
/// place.</summary>
internal unsafe ref struct AllLocks<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly ref readonly ShardSet<TKey, TValue, THasher> _map;

    /// <summary>Takes every lock, in order, and waits for writes in place.</summary>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted; it has no lock.</exception>
    public AllLocks(ref readonly ShardSet<TKey, TValue, THasher> map)
    {
        _map = ref map;
        Thread = map.EnterThread();
        map.LockAll(Thread);
    }

    public ThreadState Thread { get; }

    /// <summary>One of the shards. The tables that it gives up go to the collector.</summary>
    public readonly LockedShard<TKey, TValue, THasher> ShardAt(int shard, List<TableRef> collector) =>
        LockedShard<TKey, TValue, THasher>.OfAll(_map.ShardAt(shard), Thread, collector);

    public readonly void Dispose() => _map.UnlockAll();
}
