using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

internal static unsafe partial class RecordMemory
{
    /// <summary>Free records are worth a compaction that was asked for from this share of the segments on.</summary>
    private const int TrimShare = 8;

    /// <summary>They are worth one that was not asked for from a share of the live records, this share of the table,
    /// and <see cref="MinFreeBytes"/> together on.</summary>
    private const int TableShare = 16;

    /// <summary>The share of the live records is from 4/16 to 11/16, by shard. Entries spread evenly, so shards with
    /// one share would all be compacted at the same time, and would all have two copies of their records
    /// then.</summary>
    private const int MinSixteenths = 4;
    private const int Thresholds = 8;
#if DEBUG
    private const long MinFreeBytes = 4096; // Debug builds are for tests, where rare states should be common
#else
    private const long MinFreeBytes = 16 * 1024;
#endif

    /// <summary>Whether free records are worth a compaction that somebody has asked for.</summary>
    public static bool CanCompact(RecordHeap* heap) =>
        heap->Newest is null
        && heap->IsCompacting == 0
        && heap->FreeBytes + heap->LimboBytes + heap->LostBytes > heap->SegmentBytes / TrimShare;

    /// <summary>Whether free records are worth a compaction that nobody has asked for.</summary>
    /// <param name="heap">The shard's record memory.</param>
    /// <param name="shard">The index of the shard.</param>
    /// <param name="tableBytes">The size of the table whose entries a compaction moves. It has to be paid for, too, by
    /// the removals since the last compaction.</param>
    public static bool WantsCompaction(RecordHeap* heap, int shard, long tableBytes) =>
        heap->FreeBytes
            > (heap->LiveBytes / 16 * (MinSixteenths + (shard % Thresholds))) + (tableBytes / TableShare) + MinFreeBytes
        && heap->Newest is null
        && heap->IsCompacting == 0;

    /// <summary>Begins a compaction. The caller has started a migration, which moves every record with its entry, and
    /// which no snapshot has asked for.</summary>
    public static void BeginCompaction(RecordHeap* heap)
    {
        Debug.Assert(heap->Newest is null && heap->OldSegments is null, "A snapshot or a compaction is in the way.");
        heap->OldSegments = heap->Segments;
        heap->OldSegmentBytes = heap->SegmentBytes;
        heap->Segments = null;
        heap->SegmentBytes = 0;
        ForgetFree(heap);
        heap->IsCompacting = 1;
    }

    /// <summary>Moves the record of an entry that a migration moves. Cannot fail: without memory for another record,
    /// the compaction ends, and records stay where they are.</summary>
    /// <returns>The key to store in the current table.</returns>
    public static RecordKey Move(RecordHeap* heap, Arena arena, RecordKey stored)
    {
        byte* record;
        try
        {
            record = TakeOfClass(heap, arena, RecordSize.ClassOf(stored.LongLength));
        }
        catch (OutOfMemoryException)
        {
            heap->Segments = Concat(heap->Segments, heap->OldSegments);
            heap->SegmentBytes += heap->OldSegmentBytes;
            heap->OldSegments = null;
            heap->OldSegmentBytes = 0;
            heap->IsCompacting = 0;
            heap->LostBytes = UnlistedBytes(heap);
            return stored;
        }

        Unsafe.CopyBlockUnaligned(record, stored.Address, (uint)stored.LongLength);
        return stored.At(record);
    }

    /// <summary>Returns the bytes of the segments that neither a key nor a list uses. They include the old places of
    /// records that a compaction has moved, and what was free before the compaction.</summary>
    private static long UnlistedBytes(RecordHeap* heap)
    {
        long bytes = heap->SegmentBytes - heap->LiveBytes - heap->FreeBytes - heap->LimboBytes;
        for (RecordSegment* segment = heap->Segments; segment is not null; segment = segment->Next)
        {
            bytes -= RecordSegment.HeadBytes;
        }

        return bytes - (heap->End - heap->Next);
    }

    /// <summary>Forgets a record in a segment that a compaction empties.</summary>
    public static void Forget(RecordHeap* heap, RecordKey stored) =>
        heap->LiveBytes -= RecordSize.BytesOf(RecordSize.ClassOf(stored.LongLength));

    /// <summary>Ends a compaction: the emptied table has left the view.</summary>
    /// <returns>The emptied segments, which the caller has to retire.</returns>
    public static RecordSegment* EndCompaction(RecordHeap* heap)
    {
        RecordSegment* emptied = heap->OldSegments;
        heap->EpochSegmentBytes += heap->OldSegmentBytes;
        heap->OldSegments = null;
        heap->OldSegmentBytes = 0;
        heap->IsCompacting = 0;
        Uncount(heap, emptied);
        return emptied;
    }
}
