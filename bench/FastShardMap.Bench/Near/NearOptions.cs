namespace FastShardMap.Bench.Near;

/// <summary>What to measure of the near map.</summary>
/// <param name="Engine">A connection string, or null for an embedded engine.</param>
/// <param name="Reads">How often maps read keys that they also write; 0 for the default.</param>
/// <param name="OnlyMoves">Measure only what moves of slots cost.</param>
/// <param name="OnlyNodes">Measure only reads from several servers.</param>
/// <param name="OnlyStorm">Measure only whether any read is staler than it may be.</param>
/// <param name="IsQuick">Fewer keys and repetitions.</param>
internal sealed record NearOptions(
    string? Engine, int Reads, bool OnlyMoves, bool OnlyNodes, bool OnlyStorm, bool IsQuick)
{
    public long StormReads => Reads > 0 ? Reads : IsQuick ? 1_000_000 : 10_000_000;

    public int Keys => IsQuick ? 20_000 : 50_000;

    /// <summary>Near copies while a full collection is timed.</summary>
    public int CollectedEntries => IsQuick ? 100_000 : 1_000_000;

    public int Repetitions => IsQuick ? 5 : 11;

    public int RoundTrips => IsQuick ? 500 : 2000;

    public int Invalidations => IsQuick ? 500 : 5000;
}
