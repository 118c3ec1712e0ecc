namespace FastShardMap.Bench.BackEnds;

/// <summary>One owner a shard, which performs what is sent to it; its callers await the answers.</summary>
internal readonly struct ChannelBackEnd : IBackEnd<ChannelBackEnd>
{
    private readonly ChannelShardMap<ulong, ulong> _map;

    private ChannelBackEnd(ChannelShardMap<ulong, ulong> map) => _map = map;

    public static string Name => "channel";

    public static ChannelBackEnd Create(int shards) => new(new ChannelShardMap<ulong, ulong>(shards));

    public ValueTask<(bool Found, ulong Value)> ReadAsync(ulong key) => _map.TryGetValueAsync(key);

    public ValueTask<bool> StoreAsync(ulong key, ulong value) => _map.SetAsync(key, value);

    public void Dispose() => _map.Dispose();
}
