using static FastShardMap.Bench.Targets.TargetUnit;

namespace FastShardMap.Bench.Targets;

/// <summary>
/// What is asked of the map, row by row. This is the one place for limits: a command reports rows and their figures,
/// and <c>--check</c> holds those against its table here.
/// </summary>
internal static class AllTargets
{
    /// <summary><c>compare</c>.</summary>
    public static readonly TargetTable Compare = new(
        new(Target.EveryRow, 1, OfDictionary),

        // Lookups: u64 to u64, grown from empty unless the name says otherwise.
        new("hit-100", 1, OfDictionary),
        new("dep-100", 1.2, OfDictionary),
        new("hit-1k", 0.64, OfDictionary),
        new("hit-1k", 4, OfFloor, IsGoal: true),
        new("dep-1k", 0.95, OfDictionary),
        new("dep-1k", 2.2, OfFloor, IsGoal: true),
        new("miss-1k", 0.4, OfDictionary),
        new("batch-1k", 0.65, OfDictionary),
        new("hit-100k", 0.5, OfDictionary),
        new("dep-100k", 0.4, OfDictionary),
        new("miss-100k", 0.4, OfDictionary),
        new("dep-1m", 0.55, OfDictionary),
        new("dep-1m", 1.5, OfFloor),
        new("miss-1m", 0.65, OfDictionary),
        new("miss-1m-reserved", 0.7, OfDictionary),
        new("hit-10m", 0.75, OfDictionary),
        new("dep-10m", 0.55, OfDictionary),
        new("dep-10m", 1.3, OfFloor),
        new("dep-10m", 1.2, OfFloor, IsGoal: true),
        new("dep-10m-grown-huge", 0.55, OfDictionary, IsGoal: true),
        new("dep-10m-grown-huge", 1.3, OfFloor, IsGoal: true),
        new("dep-10m-grown-huge", 1.2, OfFloor, IsGoal: true),
        new("miss-10m", 0.8, OfDictionary),
        new("miss-10m-reserved", 0.85, OfDictionary),
        new("batch-10m", 0.3, OfDictionary),
        new("batch-10m", 1.6, OfFloor, IsGoal: true),
        new("batch-10m-grown-huge", 0.2, OfDictionary),
        new("batch-10m-grown-huge", 1.6, OfFloor, IsGoal: true),

        // Lookups of other shapes.
        new("hit-1k-guid-32", 0.65, OfDictionary),
        new("dep-1k-guid-32", 1, OfDictionary),
        new("hit-1m-guid-32", 0.65, OfDictionary),
        new("hit-1m-64", 0.85, OfDictionary),
        new("dep-1m-64", 0.55, OfDictionary),
        new("hit-100k-256", 1, OfDictionary),
        new("hit-1m-256", 1, OfDictionary),

        // Writes.
        new("overwrite-1k", 0.28, OfDictionary),
        new("overwrite-1m", 0.24, OfDictionary),
        new("overwrite-10m", 0.24, OfDictionary),
        new("mostly-read-1m-2t", 0.52, OfDictionary),
        new("mostly-read-1m-2t-guid-32", 0.6, OfDictionary),
        new("mixed-1m-2t", 0.24, OfDictionary),
        new("churn-1m-2t", 0.16, OfDictionary),
        new("churn-1m-2t", 1.15, FlatTime), // two medians of five noisy times may differ by this much without any trend
        new("churn-1m-2t", 1.05, FlatMemory),
        new("churn-1m-2t", 1.05, FlatProbeLength),
        new("insert-growing-5m", 0.2, OfDictionary),
        new("insert-growing-5m", 1.3, OfSequential, IsGoal: true),
        new("overwrite-ranges-1m-2t", 0.13, OfDictionary),
        new("insert-ranges-growing-5m", 0.11, OfDictionary),
        new("insert-ranges-growing-5m", 0.8, OfSequential),
        new("churn-ranges-1m-2t", 0.2, OfDictionary),
        new("longest-insert-5m", 1, BeyondGap),
        new("longest-insert-5m-p99.99", 15, Microseconds),

        // Memory.
        new("allocation", 0, ManagedBytes),
        new("bytes-reserved-10m", 24, Bytes),
        new("bytes-reserved-10m-rss", 24, Bytes),
        new("bytes-grown-10m", 27, Bytes),
        new("bytes-grown-10m-rss", 27, Bytes),
        new("bytes-growing-10m", 70, Bytes),
        new("bytes-growing-10m-rss", 70, Bytes),
        new("full-gc-10m", 2, BeyondCollection));

    /// <summary><c>cache</c>. A row of ratios is that of the worst trace.</summary>
    public static readonly TargetTable Cache = new(
        new("ratio-behind-best", 0.5, Points),
        new("ratio-behind-lru", 2, Points),
        new("hit-50k-2t", 1.15, OfShardMap),
        new("hit-50k-2t-equal-room", 1.15, OfShardMap),
        new("hit-1m-2t", 1.15, OfShardMap),
        new("hit-1m-2t-equal-room", 1.15, OfShardMap),
        new("hit-1m-2t-lru", 4, ConcurrentLruOfOurs, Bound.AtLeast),
        new("evict-1m-2t", 1.5, OfConcurrentLru),
        new("longest-store-1m", 1, BeyondGap),
        new("bytes-native-1m", 45, Bytes),
        new("bytes-managed-1m", 0, Bytes),
        new("full-gc-cache-1m", 1, BeyondCollection),
        new("full-gc-cache-10m", 1, BeyondCollection),
        new("churn-cache", 1.05, FlatMemory),
        new("churn-cache", 0.5, Points));

    /// <summary>Of <c>near</c>.</summary>
    public static readonly TargetTable Near = new(
        new("near-hit", 1.25, OfCache),
        new("near-hit", 0.01, OfRoundTrip),
        new("near-hit", 0, ManagedBytes),
        new("near-invalidation", 3, OfRoundTrip),
        new("near-batch", 10, OfSingleReads, Bound.AtLeast),
        new("near-storm", 0, Reads),
        new("near-late-fills", 0, Copies),
        new("near-full-gc", 2, BeyondCollection),
        new("near-fence", 2, OfPlainRead),
        new("near-reshard", 1.3, OfRest),
        new("near-reshard", 0, Errors),
        new("near-nodes-1", 1.1, OfExplained),
        new("near-nodes-3", 1.1, OfExplained),
        new("near-nodes-6", 1.1, OfExplained),
        new("near-nodes-12", 1.1, OfExplained));

    /// <summary>Of <c>text</c>.</summary>
    public static readonly TargetTable Text = new([.. TextTargets()]);

    private static IEnumerable<Target> TextTargets()
    {
        foreach (string size in (string[])["100k", "1m", "5m"])
        {
            foreach (string length in (string[])["8-16", "16-32", "32-64"])
            {
                yield return new($"text-hit-{size}-{length}", 1.6, TimesDictionary, Bound.AtLeast);
                yield return new($"text-hit-{size}-{length}", 1.5, TimesSpans, Bound.AtLeast);
                yield return new($"text-miss-{size}-{length}", 1.3, TimesDictionary, Bound.AtLeast);
                yield return new($"text-utf8-{size}-{length}", 3.5, TimesDictionary, Bound.AtLeast);
                yield return new($"text-batch-{size}-{length}", 2.8, TimesDictionary, Bound.AtLeast);
                if (size != "100k")
                {
                    yield return new($"text-insert-{size}-{length}", 1.8, TimesDictionary, Bound.AtLeast);
                }
            }
        }

        yield return new("text-hit-100k-65-1000", 1, TimesDictionary, Bound.AtLeast);
        yield return new("text-miss-100k-65-1000", 1, TimesDictionary, Bound.AtLeast);
        yield return new("text-hit-100k-greek", 1, TimesDictionary, Bound.AtLeast);
        yield return new("text-miss-100k-greek", 1, TimesDictionary, Bound.AtLeast);
        yield return new("text-longest-insert-5m", 1, BeyondGap);
        yield return new("text-bytes-5m", 0.55, OfDictionary);
        yield return new("text-full-gc-5m", 2, BeyondCollection);
        yield return new("text-drift", 2.2, OfLive);
        yield return new("text-drift-trimmed", 1.6, OfLive);
    }
}
