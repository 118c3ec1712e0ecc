namespace FastShardMap;

/// <summary>The members of a map that metrics and events use, whatever its type parameters.</summary>
internal interface IObservedMap
{
    /// <summary>The address of the map's header, which identifies the map in events and for tools.</summary>
    nuint Address { get; }

    /// <summary>The name that the user gave the map, or null.</summary>
    string? Name { get; }

    /// <summary>Whether the map is disposed.</summary>
    bool IsDisposed => false;

    /// <summary>The types of the keys, the values and the hasher.</summary>
    (Type Key, Type Value, Type Hasher) Types { get; }

    /// <summary>Gets the figures of the map, without a lock.</summary>
    /// <returns><see langword="false"/> if the map is disposed.</returns>
    bool TryObserve(out ShardMapStatistics statistics, out long readRetries, out double probeLength);
}
