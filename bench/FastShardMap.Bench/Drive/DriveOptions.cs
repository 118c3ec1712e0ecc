namespace FastShardMap.Bench.Drive;

/// <summary>What the drive command was asked to do.</summary>
internal sealed record DriveOptions
{
    public required IReadOnlyList<string> Maps { get; init; }

    public required IReadOnlyList<string> Mixes { get; init; }

    public required IReadOnlyList<string> Distributions { get; init; }

    public required IReadOnlyList<int> Threads { get; init; }

    public int Pairs { get; init; } = 1_000_000;

    /// <summary>How long each leg (throughput, latency) of a repetition runs.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long each leg runs before anything counts.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMilliseconds(400);

    public int Repetitions { get; init; } = 5;

    /// <summary>
    /// Operations per second that arrive on a fixed schedule, whether or not the map keeps up; 0 lets each wait for the
    /// one before.
    /// </summary>
    public double ArrivalRate { get; init; }

    /// <summary>Keep each thread on a core of its own, where the system allows it.</summary>
    public bool Pin { get; init; }

    public bool HugePages { get; init; }

    public bool Background { get; init; }

    /// <summary>Shards or stripes; 0 for each map's default.</summary>
    public int Shards { get; init; }
}
