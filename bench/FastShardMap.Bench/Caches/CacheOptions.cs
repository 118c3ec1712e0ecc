namespace FastShardMap.Bench.Caches;

/// <summary>What the cache command was asked to do.</summary>
internal sealed record CacheOptions
{
    public const string HitRatios = "ratios";
    public const string Timings = "times";
    public const string Memory = "memory";
    public const string Churn = "churn";
    public const int DefaultRepetitions = 7;
    public const int QuickRepetitions = 3;

    public static readonly string[] DefaultParts = [HitRatios, Timings, Memory];

    /// <summary>With the churn, which takes minutes.</summary>
    public static readonly string[] AllParts = [.. DefaultParts, Churn];

    public int Repetitions { get; init; } = DefaultRepetitions;

    /// <summary>The parts to measure.</summary>
    public IReadOnlyList<string> Parts { get; init; } = DefaultParts;

    /// <summary>Trace files; none for the generated traces.</summary>
    public IReadOnlyList<string> TraceFiles { get; init; } = [];

    public TraceFormat Format { get; init; }

    /// <summary>Requests of a trace file after which reading ends.</summary>
    public int MostRequests { get; init; } = int.MaxValue;

    /// <summary>The operations of the churn.</summary>
    public int ChurnOperations { get; init; } = 1_000_000_000;

    /// <summary>Divides every number of entries and requests: to try the command out, never to judge by.</summary>
    public int ShrinkFactor { get; init; } = 1;

    /// <summary>At least a thousand, but never more than were asked for.</summary>
    public int Scaled(int number) => Math.Max(Math.Min(1_000, number), number / ShrinkFactor);
}
