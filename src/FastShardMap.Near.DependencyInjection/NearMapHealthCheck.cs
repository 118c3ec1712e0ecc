using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FastShardMap.Near.DependencyInjection;

/// <summary>Reports whether a near map serves near copies. A map that is suspended works, and each of its reads takes a
/// round trip, so it is degraded. A map that cannot be connected throws within the check, which the framework reports
/// as a failure.</summary>
internal sealed class NearMapHealthCheck(Func<IServedNearMap> resolve) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IServedNearMap map = resolve();
        await map.ConnectAsync(cancellationToken).ConfigureAwait(false);
        NearMapHealth health = map.GetHealth();
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["suspension"] = health.Suspension.ToString(),
            ["suspensions"] = health.Statistics.Suspensions,
            ["source"] = health.Source.ToString(),
            ["entries"] = health.Statistics.Entries,
            ["bytes"] = health.Statistics.BytesAllocated,
        };
        if (health.StalenessBound != Timeout.InfiniteTimeSpan)
        {
            data["stalenessBound"] = health.StalenessBound;
        }

        return health.Suspension switch
        {
            NearSuspension.None => HealthCheckResult.Healthy(
                $"The near map '{map.Name}' has {health.Statistics.Entries} near copies.", data),
            NearSuspension.Disposed => new HealthCheckResult(
                context.Registration.FailureStatus, $"The near map '{map.Name}' is disposed.", data: data),
            _ => HealthCheckResult.Degraded(
                $"The near map '{map.Name}' is suspended ({health.Suspension}), and every read goes to the engine.",
                data: data),
        };
    }
}
