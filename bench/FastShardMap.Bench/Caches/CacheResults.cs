using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Caches;

/// <summary>Everything that the cache command has measured.</summary>
internal sealed record CacheResults(
    IReadOnlyList<HitRatioRow> Ratios,
    IReadOnlyList<CacheTiming> Timings,
    IReadOnlyList<CacheFootprint> Footprints,
    ChurnRow? Churn = null)
{
    /// <summary>Whether the parts that were asked for contain the row.</summary>
    public static bool IsWanted(CacheOptions options, string row) =>
        options.Parts.Contains(
            row.StartsWith("ratio", StringComparison.Ordinal) ? CacheOptions.HitRatios
            : row.StartsWith("bytes", StringComparison.Ordinal) || row.StartsWith("full-gc", StringComparison.Ordinal)
                ? CacheOptions.Memory
            : row.StartsWith("churn", StringComparison.Ordinal) ? CacheOptions.Churn
            : CacheOptions.Timings,
            StringComparer.Ordinal);

    /// <summary>Holds the figures against the targets. A ratio of the worst trace stands for all traces.</summary>
    public IEnumerable<Judgement> Judge()
    {
        List<Judgement> judgements = [];
        if (Ratios.Count > 0)
        {
            Add("ratio-behind-best", TargetUnit.Points, Spread.Of([Ratios.Max(row => row.PointsBehindBest)]));
            Add("ratio-behind-lru", TargetUnit.Points, Spread.Of([Ratios.Max(row => row.PointsBehindLru)]));
        }

        foreach (CacheTiming timing in Timings)
        {
            bool isOurs = timing.Label == ShardCacheUnderTest.Label;
            bool isStore = timing.Row.StartsWith("evict", StringComparison.Ordinal);
            if (isOurs && timing.Ratio.HasValue)
            {
                Add(timing.Row, isStore ? TargetUnit.OfConcurrentLru : TargetUnit.OfShardMap, timing.Ratio);
            }
            else if (isOurs)
            {
                Add(timing.Row, TargetUnit.BeyondGap, timing.Nanoseconds);
            }
            else if (timing.Label == ConcurrentLruUnderTest.Label && !isStore)
            {
                Add(timing.Row + "-lru", TargetUnit.ConcurrentLruOfOurs, timing.Ratio);
            }
        }

        if (Footprints.FirstOrDefault(static one => one.Label == ShardCacheUnderTest.Label) is { } ours)
        {
            Add("bytes-native-1m", TargetUnit.Bytes, Spread.Of([ours.NativeBytes]));
            Add("bytes-managed-1m", TargetUnit.Bytes, Spread.Of([Math.Max(0, Math.Round(ours.ManagedBytes, 1))]));
            Add("full-gc-cache-1m", TargetUnit.BeyondCollection, Spread.Of([ours.CollectionBeyond]));
        }

        if (Footprints.FirstOrDefault(static one => one.Label == CacheMemory.LargeLabel) is { } large)
        {
            Add("full-gc-cache-10m", TargetUnit.BeyondCollection, Spread.Of([large.CollectionBeyond]));
        }

        if (Churn is not null)
        {
            judgements.AddRange(AllTargets.Cache.Judge(ChurnRow.Row,
            [
                new Measure(TargetUnit.FlatMemory, Spread.Of([Churn.Growth])),
                new Measure(TargetUnit.Points, Spread.Of([Churn.PointsLost])),
            ]));
        }

        return judgements;

        void Add(string row, TargetUnit unit, Spread value) =>
            judgements.AddRange(AllTargets.Cache.Judge(row, [new Measure(unit, value)]));
    }
}
