namespace FastShardMap.Bench.BackEnds;

/// <summary>A lock a shard, of the kind that the type parameter says.</summary>
internal readonly struct GuardedBackEnd<TGuard> : IBackEnd<GuardedBackEnd<TGuard>>
    where TGuard : struct, IMapGuard<TGuard>
{
    private readonly GuardedShardMap<ulong, ulong, TGuard> _map;

    private GuardedBackEnd(GuardedShardMap<ulong, ulong, TGuard> map) => _map = map;

    public static string Name => typeof(TGuard) == typeof(MutexGuard) ? "mutex" : "reader-writer lock";

    public static GuardedBackEnd<TGuard> Create(int shards) => new(new GuardedShardMap<ulong, ulong, TGuard>(shards));

    public ValueTask<(bool Found, ulong Value)> ReadAsync(ulong key) =>
        new((_map.TryGetValue(key, out ulong value), value));

    public ValueTask<bool> StoreAsync(ulong key, ulong value)
    {
        _map[key] = value;
        return new(result: true);
    }

    public void Dispose() => _map.Dispose();
}
