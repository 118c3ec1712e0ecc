using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The head of a block that contains one record of more than <see cref="RecordKey.MaxBytes"/> bytes. It starts
/// as a <see cref="RecordSegment"/> does, because such blocks are kept and retired together with segments.</summary>
[StructLayout(LayoutKind.Sequential, Size = HeadBytes)]
internal unsafe struct LargeRecord
{
    public const int HeadBytes = 32;

    /// <summary>The next record of the list.</summary>
    public LargeRecord* Next;

    /// <summary>The number of bytes of the block, with this head.</summary>
    public long Bytes;

    /// <summary>The previous record of the list, or null.</summary>
    public LargeRecord* Previous;
}
