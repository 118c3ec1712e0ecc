namespace FastShardMap.Bench.Compare;

/// <summary>A shape of pair in rows' names.</summary>
/// <param name="Suffix">What the rows' short names end with.</param>
/// <param name="Words">What stands in what was done.</param>
internal sealed record EntryForm(string Suffix, string Words)
{
    /// <summary>64-bit keys and values: what is meant where nothing is said.</summary>
    public static readonly EntryForm Word = new(string.Empty, string.Empty);

    public static readonly EntryForm Guid32 = new("-guid-32", ", Guid to 32 bytes");

    public static readonly EntryForm To64 = new("-64", ", to 64 bytes");

    public static readonly EntryForm To256 = new("-256", ", to 256 bytes");

    public static readonly EntryForm Whole64 = new("-64-whole", ", to 64 bytes, all of them used");

    public static readonly EntryForm Whole256 = new("-256-whole", ", to 256 bytes, all of them used");
}
