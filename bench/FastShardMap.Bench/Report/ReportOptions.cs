namespace FastShardMap.Bench.Report;

/// <summary>What the report command was asked to do.</summary>
internal sealed record ReportOptions
{
    /// <summary>The parts a report can have, in their order.</summary>
    public static readonly string[] AllParts = ["compare", "drive", "backends", "growth", "memory"];

    public required IReadOnlyList<string> Parts { get; init; }

    /// <summary>Where the folder of this CPU is made.</summary>
    public required string ResultsFolder { get; init; }

    /// <summary>Fewer operations, repetitions and sizes.</summary>
    public bool Quick { get; init; }

    /// <summary>Divides every number of pairs: to try the command out, never to publish.</summary>
    public int ShrinkFactor { get; init; } = 1;

    /// <summary>Put the main table and two plots into this file, between its marks; null to leave it alone.</summary>
    public string? ReadmePath { get; init; }

    public int Scaled(int pairs) => Math.Max(1_000, pairs / ShrinkFactor);
}
