namespace NearCache;

/// <summary>What an instance tells of its near map.</summary>
internal sealed record NearAnswer(
    string State,
    string Source,
    double StalenessBoundSeconds,
    long Entries,
    long Hits,
    long Misses,
    long Invalidations);
