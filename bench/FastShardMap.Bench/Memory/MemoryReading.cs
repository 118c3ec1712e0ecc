namespace FastShardMap.Bench.Memory;

/// <summary>What one process found out about the memory of one map; made in a child process, carried as JSON.</summary>
internal sealed record MemoryReading
{
    public required string Label { get; init; }

    public required long Pairs { get; init; }

    /// <summary>Whether room for all pairs was reserved; else the map grew from empty.</summary>
    public required bool IsReserved { get; init; }

    /// <summary>By the map's own account, or what the managed heap grew by.</summary>
    public required double AccountedBytesPerPair { get; init; }

    /// <summary>What the process's physical memory grew by.</summary>
    public required double ResidentBytesPerPair { get; init; }

    /// <summary>The worst moments while filling, from a hundredth of the final number of pairs on.</summary>
    public required double WorstAccountedBytesPerPair { get; init; }

    public required double WorstResidentBytesPerPair { get; init; }

    public required double FillSeconds { get; init; }

    /// <summary>Pauses of all collections while filling.</summary>
    public required double FillGcPauseMilliseconds { get; init; }

    /// <summary>Full blocking collections before the map was made.</summary>
    public required double[] FullGcWithoutMilliseconds { get; init; }

    /// <summary>Full blocking collections with the filled map.</summary>
    public required double[] FullGcWithMilliseconds { get; init; }

    /// <summary>Bytes per pair left, after nine of ten were removed and the map was trimmed.</summary>
    public required double TrimmedAccountedBytesPerPair { get; init; }

    public required double TrimmedResidentBytesPerPair { get; init; }

    /// <summary>What is still resident once the map is disposed (or unreachable and collected).</summary>
    public required double ResidentBytesPerPairAfter { get; init; }
}
