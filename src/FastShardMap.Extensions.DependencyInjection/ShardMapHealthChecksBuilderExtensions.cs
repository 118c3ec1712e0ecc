using FastShardMap.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

#pragma warning disable IDE0130 // extensions of the framework's types are in the framework's namespace

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of maps.</summary>
public static class ShardMapHealthChecksBuilderExtensions
{
    /// <summary>Adds the health check of a map.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="mapName">The name that the map was registered with. The map may be registered later.</param>
    /// <param name="name">The name of the health check; null for the name of the map.</param>
    /// <param name="failureStatus">The status of a map that is disposed or cannot be created; null for
    /// <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags of the health check.</param>
    /// <returns>The health checks.</returns>
    /// <remarks>A map is degraded if it exceeds <see cref="ShardMapServiceOptions.MaxHealthyCount"/> or
    /// <see cref="ShardMapServiceOptions.MaxHealthyBytes"/>, or if its last save failed. The data of the result has the
    /// numbers of entries and bytes, the capacity, the load factor, the active migrations, and the time of the last
    /// save. A check reads the counters of each shard, and no entries.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="mapName"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="mapName"/> is empty.</exception>
    public static IHealthChecksBuilder AddShardMap(
        this IHealthChecksBuilder builder,
        string mapName,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(mapName);
        return builder.Add(
            new HealthCheckRegistration(
                name ?? mapName,
                provider => new MapHealthCheck(() => provider.GetKeyedService<IServedMap>(mapName)
                    ?? throw new InvalidOperationException(
                        $"No map named '{mapName}' is registered. Register it with AddShardMap.")),
                failureStatus,
                tags));
    }
}
