namespace FastShardMap.Bench.Drive;

/// <summary>What the growth part of the drive command was asked to do.</summary>
internal sealed record GrowthOptions
{
    public required IReadOnlyList<string> Maps { get; init; }

    public int Pairs { get; init; } = 5_000_000;

    /// <summary>Threads that look up what is already there, while one inserts.</summary>
    public int Readers { get; init; } = 1;

    public int Repetitions { get; init; } = 3;

    public bool Pin { get; init; }

    public bool HugePages { get; init; }

    /// <summary>Huge pages kept ready for growth, in MiB.</summary>
    public int PoolMebibytes { get; init; }

    public bool Background { get; init; }
}
