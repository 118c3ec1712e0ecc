namespace FastShardMap.Bench.Near;

/// <summary>What to measure of the near map.</summary>
/// <param name="Engine">A connection string, or null for an embedded engine.</param>
/// <param name="StormSeconds">How long maps read and write the same keys.</param>
/// <param name="IsQuick">Fewer keys and repetitions.</param>
internal sealed record NearOptions(string? Engine, int StormSeconds, bool IsQuick)
{
    public int Keys => IsQuick ? 20_000 : 50_000;

    /// <summary>Near copies while a full collection is timed.</summary>
    public int CollectedEntries => IsQuick ? 100_000 : 1_000_000;

    public int Repetitions => IsQuick ? 5 : 11;

    public int RoundTrips => IsQuick ? 500 : 2000;

    public int Invalidations => IsQuick ? 500 : 5000;
}
