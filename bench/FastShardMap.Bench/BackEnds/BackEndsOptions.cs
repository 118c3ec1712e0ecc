namespace FastShardMap.Bench.BackEnds;

/// <summary>What the backends command was asked to do.</summary>
internal sealed record BackEndsOptions
{
    /// <summary>The parts the command has, in their order.</summary>
    public static readonly string[] AllParts = ["backends", "snapshot", "save", "audit"];

    /// <summary>Fewer cells and repetitions.</summary>
    public static readonly BackEndsOptions Quick = new()
    {
        Callers = [2, 100, 10_000],
        Shards = [1, 0],
        Repetitions = 2,
    };

    public IReadOnlyList<string> Parts { get; init; } = AllParts;

    /// <summary>Shares of reads, in percent; the others are stores.</summary>
    public IReadOnlyList<int> ReadPercents { get; init; } = [95, 50];

    /// <summary>Numbers of tasks that call at once.</summary>
    public IReadOnlyList<int> Callers { get; init; } = [2, 10, 100, 1_000, 10_000];

    /// <summary>Numbers of shards; 0 for the default.</summary>
    public IReadOnlyList<int> Shards { get; init; } = [1, 16, 64, 0];

    public int Pairs { get; init; } = 100_000;

    /// <summary>Pairs of the map that is snapshotted, saved and audited.</summary>
    public int LargePairs { get; init; } = 1_000_000;

    /// <summary>How long each leg (throughput, latency) of a repetition runs.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMilliseconds(150);

    public int Repetitions { get; init; } = 3;
}
