namespace FastShardMap.Bench.Caches;

/// <summary>The hit ratios of all caches of one size for one trace.</summary>
/// <param name="Trace">The name of the trace.</param>
/// <param name="Share">The entries of the cache per distinct key.</param>
/// <param name="Entries">The entries of the cache.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="Caches">What each cache made of it.</param>
internal sealed record HitRatioRow(
    string Trace, double Share, int Entries, int Requests, IReadOnlyList<Replayed> Caches)
{
    /// <summary>How many points ShardCache is behind the better of exact S3-FIFO and ConcurrentLfu; negative if it is
    /// ahead.</summary>
    public double PointsBehindBest =>
        100 * (Math.Max(Of(ExactS3Fifo.Label), Of(ConcurrentLfuUnderTest.Label)) - Of(ShardCacheUnderTest.Label));

    /// <summary>How many points ShardCache is behind exact LRU; negative if it is ahead.</summary>
    public double PointsBehindLru => 100 * (Of(ExactLru.Label) - Of(ShardCacheUnderTest.Label));

    /// <summary>The hit ratio of a cache in percent.</summary>
    public double PercentOf(string label) => 100 * Of(label);

    private double Of(string label) => Caches.First(cache => cache.Label == label).HitRatio;
}
