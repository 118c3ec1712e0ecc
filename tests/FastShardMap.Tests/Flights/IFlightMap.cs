namespace FastShardMap.Tests.Flights;

/// <summary>What the contract of GetOrAddAsync needs of a map or a cache with one shard.</summary>
public interface IFlightMap : IDisposable
{
    int FlightCount { get; }

    bool TryGetValue(long key, out long value);

    void Set(long key, long value);

    bool TryRemove(long key);

    /// <summary>Calls the action in a callback of the map.</summary>
    void InCallback(long key, Action action);

    ValueTask<long> GetOrAddAsync(
        long key,
        Func<long, CancellationToken, ValueTask<long>> valueFactory,
        CancellationToken cancellationToken = default);

    ValueTask<long> GetOrAddAsync(
        long key, Func<long, string, CancellationToken, ValueTask<long>> valueFactory, string factoryArgument);
}
