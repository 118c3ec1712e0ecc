namespace FastShardMap.Near.DependencyInjection;

/// <summary>A near map that is a service, without its types: what hosting and health checks need of it.</summary>
internal interface IServedNearMap
{
    string Name { get; }

    /// <summary>Connects the map, or waits for the connection that is being made.</summary>
    Task ConnectAsync(CancellationToken cancellationToken);

    /// <summary>What a health check shows of the map when it is connected.</summary>
    NearMapHealth GetHealth();
}
