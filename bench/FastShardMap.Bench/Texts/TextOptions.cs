namespace FastShardMap.Bench.Texts;

/// <summary>What to measure of maps with text keys.</summary>
/// <param name="IsQuick">Without the largest size, and with fewer repetitions.</param>
/// <param name="Shrink">Divides all sizes.</param>
internal sealed record TextOptions(bool IsQuick, int Shrink)
{
    /// <summary>Name and number of entries of each size.</summary>
    public IReadOnlyList<(string Name, int Entries)> Sizes =>
        IsQuick ? [("100k", Scaled(100_000)), ("1m", Scaled(1_000_000))]
            : [("100k", Scaled(100_000)), ("1m", Scaled(1_000_000)), ("5m", Scaled(5_000_000))];

    /// <summary>The largest size.</summary>
    public (string Name, int Entries) Largest => Sizes[^1];

    public int Repetitions => IsQuick ? 5 : 9;

    public int SlowRepetitions => IsQuick ? 1 : 3;

    /// <summary>Whether a row of the targets is measured with these options.</summary>
    public bool Measures(string row) => !IsQuick || !row.Contains("-5m", StringComparison.Ordinal);

    private int Scaled(int number) => Math.Max(1_000, number / Shrink);
}
