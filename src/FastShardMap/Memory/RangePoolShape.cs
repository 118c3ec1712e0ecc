using System.Runtime.InteropServices;

namespace FastShardMap.Memory;

/// <summary>What tells one kind of block from another. Lengths are powers of two.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RangePoolShape
{
    /// <summary>Blocks take up whole granules.</summary>
    public required nuint GranuleBytes { get; init; }

    /// <summary>The smallest mapping.</summary>
    public required nuint FirstChunkBytes { get; init; }

    /// <summary>The largest mapping made for more than one block.</summary>
    public required nuint MaximumChunkBytes { get; init; }

    /// <summary>Of every mapping, its start and its length; at least a page.</summary>
    public required nuint ChunkAlignment { get; init; }

    /// <summary>Whether to ask for transparent huge pages, or to keep them out.</summary>
    public bool HugePages { get; init; }

    /// <summary>Whether a retired block is cleared where it is.</summary>
    public bool ClearsInPlace { get; init; }
}
