namespace FastShardMap.Bench.Compare;

/// <summary>What the compare command was asked to do.</summary>
internal sealed record CompareOptions
{
    public const int DefaultRepetitions = 7;
    public const int QuickRepetitions = 3;

    public int Repetitions { get; init; } = DefaultRepetitions;

    /// <summary>Whether to use fewer operations per repetition.</summary>
    public bool Quick { get; init; }

    /// <summary>Parts of row names to measure; empty for all.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Divides every number of pairs: to try the command out, never to judge by.</summary>
    public int ShrinkFactor { get; init; } = 1;

    /// <summary>Also look up in maps of sizes for which nothing is asked, for plots.</summary>
    public bool WithMoreSizes { get; init; }

    public string? JsonPath { get; init; }

    public string? MarkdownPath { get; init; }

    /// <summary>Repetitions of what takes seconds, such as growing to millions of pairs.</summary>
    public int SlowRepetitions => Math.Max(1, (Repetitions + 1) / 2);

    public bool Wants(string id) =>
        Filters.Count == 0 || Filters.Any(filter => id.Contains(filter, StringComparison.OrdinalIgnoreCase));

    public bool WantsAny(params ReadOnlySpan<string> ids)
    {
        foreach (string id in ids)
        {
            if (Wants(id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Operations of one lookup or overwrite series in one repetition.</summary>
    public int Operations(int full) => Scaled(Quick ? full / 4 : full);

    /// <summary>At least a thousand, but never more than were asked for.</summary>
    public int Scaled(int pairs) => Math.Max(Math.Min(1_000, pairs), pairs / ShrinkFactor);
}
