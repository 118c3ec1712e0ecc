using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>What one live snapshot keeps of the records of one shard: those released since it was taken, and before the
/// next snapshot was.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct RecordEpoch
{
    public const int Bytes = 64;

    /// <summary>The epoch of the live snapshot that was taken before this one, or null.</summary>
    public RecordEpoch* Older;

    /// <summary>The epoch of the live snapshot that was taken after this one, or null.</summary>
    public RecordEpoch* Newer;

    /// <summary>The released records.</summary>
    public LimboChunk* Limbo;

    /// <summary>The last chunk of <see cref="Limbo"/>.</summary>
    public LimboChunk* LimboEnd;

    /// <summary>Whole segments whose records the map no longer uses.</summary>
    public RecordSegment* Segments;
}
