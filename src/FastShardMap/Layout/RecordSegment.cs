using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The head of a block that contains records.</summary>
[StructLayout(LayoutKind.Sequential, Size = HeadBytes)]
internal unsafe struct RecordSegment
{
    public const int HeadBytes = 16;

    /// <summary>The next segment of the list.</summary>
    public RecordSegment* Next;

    /// <summary>The number of bytes of the block, with this head.</summary>
    public long Bytes;
}
