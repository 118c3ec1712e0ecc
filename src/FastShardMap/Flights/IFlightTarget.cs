namespace FastShardMap.Flights;

/// <summary>The map or cache that gets the values of flights. Its members throw if it is disposed.</summary>
internal interface IFlightTarget<TKey, TValue>
{
    /// <summary>Gets the value of a key.</summary>
    bool TryFind(TKey key, out TValue value);

    /// <summary>Adds a value if the key is absent.</summary>
    /// <returns>The value that the key has afterwards.</returns>
    TValue Add(TKey key, TValue value);
}
