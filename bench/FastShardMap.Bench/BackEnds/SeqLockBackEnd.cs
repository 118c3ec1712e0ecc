namespace FastShardMap.Bench.BackEnds;

/// <summary>The map to use: readers write nothing, writers hold their shard's lock.</summary>
internal readonly struct SeqLockBackEnd : IBackEnd<SeqLockBackEnd>
{
    private readonly ShardMap<ulong, ulong> _map;

    private SeqLockBackEnd(ShardMap<ulong, ulong> map) => _map = map;

    public static string Name => "seqlock (ShardMap)";

    public static SeqLockBackEnd Create(int shards) =>
        new(new ShardMap<ulong, ulong>(new ShardMapOptions { ShardCount = shards }));

    public ValueTask<(bool Found, ulong Value)> ReadAsync(ulong key) =>
        new((_map.TryGetValue(key, out ulong value), value));

    public ValueTask<bool> StoreAsync(ulong key, ulong value)
    {
        _map[key] = value;
        return new(result: true);
    }

    public void Dispose() => _map.Dispose();
}
