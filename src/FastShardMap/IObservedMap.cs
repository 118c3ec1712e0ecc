namespace FastShardMap;

/// <summary>What metrics and events ask of a map, whatever its type parameters.</summary>
internal interface IObservedMap
{
    /// <summary>The address of the map's header: who it is, in events and for tools.</summary>
    nuint Address { get; }

    /// <summary>What the user calls the map, or null.</summary>
    string? Name { get; }

    /// <summary>Key, value and hasher.</summary>
    (Type Key, Type Value, Type Hasher) Types { get; }

    /// <summary>The map's figures, without a lock.</summary>
    /// <returns>False if the map is disposed.</returns>
    bool TryObserve(out ShardMapStatistics statistics, out long readRetries, out double probeLength);
}
