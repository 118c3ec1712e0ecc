using FastShardMap.Near;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace NearCache;

/// <summary>Degraded while the near map is suspended: the service works, but each read takes a round trip.</summary>
internal sealed class NearMapHealthCheck(NearMap<long, long> prices) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(prices.State == NearState.Live
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Near copies are not served: {prices.Suspension}."));
}
