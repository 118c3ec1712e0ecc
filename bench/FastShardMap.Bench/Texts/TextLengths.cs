namespace FastShardMap.Bench.Texts;

/// <summary>The lengths of keys, in characters.</summary>
/// <param name="Name">A short name.</param>
/// <param name="Shortest">The shortest.</param>
/// <param name="Longest">The longest.</param>
/// <param name="IsAscii">Whether the characters are ASCII; otherwise they take two bytes each in UTF-8.</param>
internal sealed record TextLengths(string Name, int Shortest, int Longest, bool IsAscii = true)
{
    public static readonly IReadOnlyList<TextLengths> All =
    [
        new("8-16", 8, 16),
        new("16-32", 16, 32),
        new("32-64", 32, 64),
    ];

    public static readonly TextLengths Long = new("65-1000", 65, 1000);

    public static readonly TextLengths NonAscii = new("greek", 8, 32, IsAscii: false);

    public static readonly TextLengths TwentyFour = new("24", 24, 24);
}
