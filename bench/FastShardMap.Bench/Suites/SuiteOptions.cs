using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Suites;

/// <summary>Which benchmarks to run, and under what settings of the runtime.</summary>
internal sealed record SuiteOptions
{
    public required IReadOnlyList<string> Suites { get; init; }

    public required IReadOnlyList<Peer> Maps { get; init; }

    public required IReadOnlyList<EntryShape> Shapes { get; init; }

    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>Parts of method names; empty for all.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>ISA levels: "default", "no-avx512", "no-avx2", "none".</summary>
    public required IReadOnlyList<string> IsaLevels { get; init; }

    public bool WithoutPgo { get; init; }

    /// <summary>Also with NativeAOT, for this processor.</summary>
    public bool NativeAot { get; init; }

    public bool Disassembly { get; init; }

    public bool IsShort { get; init; }

    /// <summary>Run in this process: quick to start, but one benchmark's leavings meet the next.</summary>
    public bool InProcess { get; init; }

    public string? ArtifactsPath { get; init; }
}
