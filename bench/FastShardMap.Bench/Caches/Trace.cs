namespace FastShardMap.Bench.Caches;

/// <summary>A sequence of requests to replay.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="Keys">The key of each request.</param>
internal sealed record Trace(string Name, ulong[] Keys)
{
    private int _distinct;

    /// <summary>The number of different keys, which is the footprint of the trace.</summary>
    public int Distinct => _distinct == 0 ? _distinct = new HashSet<ulong>(Keys).Count : _distinct;
}
