using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The record memory of a shard. The shard's lock protects all fields, except
/// <see cref="RetiredSegments"/>.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct RecordHeap
{
    public const int Bytes = 896;

    /// <summary>The first free byte of the segment that new records are taken from.</summary>
    public byte* Next;

    /// <summary>The end of that segment.</summary>
    public byte* End;

    /// <summary>The segments, the newest first.</summary>
    public RecordSegment* Segments;

    /// <summary>While the shard is being compacted: the segments from before. Records are taken from
    /// <see cref="Segments"/> alone.</summary>
    public RecordSegment* OldSegments;

    /// <summary>Segments that the map no longer uses, and that return to the arena once the lock has been released. A
    /// list that any thread may take as a whole by an exchange.</summary>
    public RecordSegment* RetiredSegments;

    /// <summary>The epoch of the newest live snapshot, or null.</summary>
    public RecordEpoch* Newest;

    /// <summary>Released records that no snapshot shows any longer. Each write frees a few of them.</summary>
    public LimboChunk* Draining;

    /// <summary>Bytes of the records of the shard's keys.</summary>
    public long LiveBytes;

    /// <summary>Bytes of the records in the free lists.</summary>
    public long FreeBytes;

    /// <summary>Bytes of the released records that wait for snapshots to end, and of the chunks that list
    /// them.</summary>
    public long LimboBytes;

    /// <summary>Bytes that no list has for lack of memory: of released records, and of what a compaction that ran out
    /// of memory has left unused. They return with the next compaction, or with <c>Clear</c>.</summary>
    public long LostBytes;

    /// <summary>Bytes of <see cref="Segments"/>.</summary>
    public long SegmentBytes;

    /// <summary>Bytes of <see cref="OldSegments"/>.</summary>
    public long OldSegmentBytes;

    /// <summary>Bytes of the segments in epochs: they return to the arena when the snapshots end.</summary>
    public long EpochSegmentBytes;

    /// <summary>The number of segments in all these lists except <see cref="RetiredSegments"/>, and of
    /// <see cref="LargeRecords"/>.</summary>
    public long SegmentCount;

    /// <summary>1 while a migration moves the records to new segments.</summary>
    public long IsCompacting;

    /// <summary>The first free record of each size class; its first word is the address of the next one.</summary>
    public fixed ulong Free[RecordSize.Classes];

    /// <summary>The records that have blocks of their own, in a list in both directions.</summary>
    public LargeRecord* LargeRecords;

    /// <summary>Bytes of the blocks of <see cref="LargeRecords"/>.</summary>
    public long LargeBytes;

    /// <summary>The version of the newest value of any length.</summary>
    public ulong ValueVersion;
}
