namespace FastShardMap.Bench.Census;

/// <summary>What the census command was asked to do.</summary>
internal sealed record CensusOptions
{
    /// <summary>
    /// Chosen so that the whole command stays under a minute on two slow cores: ConcurrentDictionary alone took 48 to
    /// 59 s for 32 MiB on a busy 2.1 GHz virtual machine.
    /// </summary>
    public const long DefaultLimitBytes = 20L << 20;

    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Bytes of input to read at most; 0 for all of it.</summary>
    public long LimitBytes { get; init; } = DefaultLimitBytes;

    /// <summary>Whether words are counted, and not windows of bytes.</summary>
    public bool Words { get; init; }

    /// <summary>Distance in bytes between the starts of two windows.</summary>
    public int StrideBytes { get; init; } = 1;

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Shards of the shard map; 0 for its default.</summary>
    public int Shards { get; init; }

    public bool HugePages { get; init; }
}
