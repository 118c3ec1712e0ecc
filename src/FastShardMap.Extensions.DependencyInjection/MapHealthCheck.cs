using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>Reports whether a map can be used, is within the limits of its options, and was saved. A map that cannot be
/// resolved throws within the check, which the framework reports as a failure.</summary>
internal sealed class MapHealthCheck(Func<IServedMap> resolve) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IServedMap map = resolve();
        ShardMapStatistics statistics;
        try
        {
            statistics = map.GetStatistics();
        }
        catch (ObjectDisposedException exception)
        {
            return Task.FromResult(
                new HealthCheckResult(
                    context.Registration.FailureStatus, $"The map '{map.Name}' is disposed.", exception));
        }

        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["entries"] = statistics.Count,
            ["capacity"] = statistics.Capacity,
            ["bytes"] = statistics.BytesAllocated,
            ["loadFactor"] = statistics.LoadFactor,
            ["migrationsActive"] = statistics.MigrationsActive,
        };
        if (map.LastSaved is DateTimeOffset saved)
        {
            data["lastSaved"] = saved;
        }

        Exception? saveError = map.LastSaveError;
        List<string> faults = [];
        if (statistics.Count > map.Options.MaxHealthyCount)
        {
            faults.Add($"It has {statistics.Count} entries; the limit is {map.Options.MaxHealthyCount}.");
        }

        if (statistics.BytesAllocated > map.Options.MaxHealthyBytes)
        {
            faults.Add($"It takes {statistics.BytesAllocated} bytes; the limit is {map.Options.MaxHealthyBytes}.");
        }

        if (saveError is not null)
        {
            faults.Add("The last save failed.");
        }

        return Task.FromResult(
            faults.Count == 0
                ? HealthCheckResult.Healthy($"The map '{map.Name}' has {statistics.Count} entries.", data)
                : HealthCheckResult.Degraded(
                    $"The map '{map.Name}' is degraded. {string.Join(' ', faults)}", saveError, data));
    }
}
