namespace FastShardMap.Bench.Caches;

/// <summary>What one cache made of one trace.</summary>
/// <param name="Label">The cache.</param>
/// <param name="HitRatio">Hits per request, from 0 to 1.</param>
/// <param name="Nanoseconds">Time per request. If the request misses, this includes the store that follows.</param>
/// <param name="Count">The number of entries at the end.</param>
internal sealed record Replayed(string Label, double HitRatio, double Nanoseconds, long Count);
