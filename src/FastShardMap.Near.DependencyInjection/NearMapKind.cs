namespace FastShardMap.Near.DependencyInjection;

/// <summary>How near maps of a type are connected, and what a health check shows of them.</summary>
/// <typeparam name="TMap">The type of the maps.</typeparam>
internal sealed record NearMapKind<TMap>(
    Func<NearMapOptions, CancellationToken, Task<TMap>> Connect, Func<TMap, NearMapHealth> Health);
