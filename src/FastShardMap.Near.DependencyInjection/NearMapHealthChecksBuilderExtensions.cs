using FastShardMap.Near.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

#pragma warning disable IDE0130 // extensions of the framework's types are in the framework's namespace

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of near maps.</summary>
public static class NearMapHealthChecksBuilderExtensions
{
    /// <summary>Adds the health check of a near map.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="mapName">The name that the map was registered with. The map may be registered later.</param>
    /// <param name="name">The name of the health check; null for the name of the map.</param>
    /// <param name="failureStatus">The status of a map that is disposed or cannot be connected; null for
    /// <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags of the health check.</param>
    /// <returns>The health checks.</returns>
    /// <remarks>A map is degraded while it is suspended. The data of the result has the reason and the number of
    /// suspensions, the source of invalidations, the bound of staleness while there is one, and the numbers of near
    /// copies and of their bytes. A check of a connected map makes no round trip.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="mapName"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="mapName"/> is empty.</exception>
    public static IHealthChecksBuilder AddShardMapNearMap(
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
                provider => new NearMapHealthCheck(() => provider.GetKeyedService<IServedNearMap>(mapName)
                    ?? throw new InvalidOperationException(
                        $"No near map named '{mapName}' is registered. Register it with AddShardMapNearMap.")),
                failureStatus,
                tags));
    }
}
