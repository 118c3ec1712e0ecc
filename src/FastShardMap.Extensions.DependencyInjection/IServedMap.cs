namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>A map that is a service, without its types: what hosting and health checks need of it.</summary>
internal interface IServedMap
{
    string Name { get; }

    ShardMapServiceOptions Options { get; }

    /// <summary>The absolute path of the map's file, or null.</summary>
    string? FilePath { get; }

    /// <summary>The error of the last save, or null if it succeeded or none has been made.</summary>
    Exception? LastSaveError { get; }

    /// <summary>The time of the last save that succeeded.</summary>
    DateTimeOffset? LastSaved { get; }

    ShardMapStatistics GetStatistics();

    /// <summary>Saves the map to its file, and remembers the outcome.</summary>
    Task SaveAsync(CancellationToken cancellationToken);
}
