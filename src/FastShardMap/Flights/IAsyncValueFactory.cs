namespace FastShardMap.Flights;

/// <summary>Creates the value of a key, asynchronously.</summary>
internal interface IAsyncValueFactory<TKey, TValue>
{
    ValueTask<TValue> CreateAsync(TKey key, CancellationToken cancellationToken);
}
