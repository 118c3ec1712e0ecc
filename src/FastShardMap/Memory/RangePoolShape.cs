using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>Describes one kind of block. All lengths are powers of two.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RangePoolShape
{
    /// <summary>Blocks occupy a multiple of this length.</summary>
    public required nuint GranuleBytes { get; init; }

    /// <summary>The minimum length of a mapping.</summary>
    public required nuint FirstChunkBytes { get; init; }

    /// <summary>The maximum length of a mapping for more than one block.</summary>
    public required nuint MaximumChunkBytes { get; init; }

    /// <summary>The start and the length of every mapping are multiples of this; at least one page.</summary>
    public required nuint ChunkAlignment { get; init; }

    /// <summary>Whether to request transparent huge pages, instead of keeping them out.</summary>
    public bool HugePages { get; init; }

    /// <summary>Whether a retired block is cleared in place.</summary>
    public bool ClearsInPlace { get; init; }
}
