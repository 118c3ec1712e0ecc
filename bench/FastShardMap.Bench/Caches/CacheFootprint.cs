using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Caches;

/// <summary>What the entries of one full cache cost.</summary>
/// <param name="Label">The cache.</param>
/// <param name="Count">The number of entries.</param>
/// <param name="ManagedBytes">Managed bytes per entry.</param>
/// <param name="NativeBytes">Unmanaged bytes per entry.</param>
/// <param name="CollectionWithout">The time of a full collection before, in nanoseconds.</param>
/// <param name="CollectionWith">The time of a full collection beside the full cache.</param>
internal sealed record CacheFootprint(
    string Label, long Count, double ManagedBytes, double NativeBytes, Spread CollectionWithout, Spread CollectionWith)
{
    /// <summary>The difference of the two medians, in nanoseconds.</summary>
    public double CollectionBeyond => Math.Max(0, CollectionWith.Median - CollectionWithout.Median);
}
