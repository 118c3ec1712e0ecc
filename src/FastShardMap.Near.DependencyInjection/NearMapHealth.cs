namespace FastShardMap.Near.DependencyInjection;

/// <summary>What a health check shows of a near map.</summary>
internal readonly record struct NearMapHealth(
    NearSuspension Suspension, InvalidationSource Source, TimeSpan StalenessBound, NearStatistics Statistics);
