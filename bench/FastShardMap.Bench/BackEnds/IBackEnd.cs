namespace FastShardMap.Bench.BackEnds;

/// <summary>A map over one strategy of synchronisation, as its callers see it: what may wait is awaited.</summary>
/// <typeparam name="TSelf">The back end itself, so that calls are direct.</typeparam>
internal interface IBackEnd<TSelf> : IDisposable
    where TSelf : struct, IBackEnd<TSelf>
{
    static abstract string Name { get; }

    /// <param name="shards">The number of shards; 0 for the map's default.</param>
    static abstract TSelf Create(int shards);

    ValueTask<(bool Found, ulong Value)> ReadAsync(ulong key);

    ValueTask<bool> StoreAsync(ulong key, ulong value);
}
