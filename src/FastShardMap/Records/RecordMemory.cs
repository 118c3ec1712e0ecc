using System.Diagnostics;
using System.Numerics;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

/// <summary>
/// Allocates and releases the records of one shard. The caller owns the shard's lock.
/// <para>
/// <b>A record</b> has the bytes of one key, rounded up to a size class (<see cref="RecordSize"/>), and no head. It is
/// written before its key is published, and does not change until it is released, which comes after its key was
/// removed. A lock-free reader may read it later than that; it then finds a changed version or generation, and discards
/// what it has read ([E16]).
/// </para>
/// <para>
/// <b>Segments</b> are blocks of the map's arena. Records are taken from the free list of their class, or from the rest
/// of the newest segment. A released record enters the free list of its class, whose links are in the records.
/// </para>
/// <para>
/// <b>Snapshots.</b> A frozen table and the current one share records. While a snapshot is alive, a released record is
/// therefore only listed, in the epoch of the newest snapshot (<see cref="RecordEpoch"/>). When a snapshot ends, what
/// its epoch lists passes to the epoch of the next older snapshot, because that one may show the records too. If there
/// is none, the records are free.
/// </para>
/// <para>
/// <b>Compaction.</b> When the lengths of keys change over time, the free lists keep records of lengths that no key has
/// any longer. A migration then moves the records too: those of moved entries lie in new segments, and the segments
/// from before return to the arena with the emptied table. A record that is released from the emptied table is left
/// where it is. There is no compaction while a snapshot is alive.
/// </para>
/// </summary>
internal static unsafe partial class RecordMemory
{
    private const long FirstSegmentBytes = 4096;
    private const long MaxSegmentBytes = 1024 * 1024;

    /// <summary>A new segment has this share of the bytes of all segments.</summary>
    private const int SegmentShare = 16;

    /// <summary>Records above this share of a segment get a segment of their own.</summary>
    private const int LargeRecordShare = 4;

    /// <summary>Number of listed records that a write frees after a snapshot has ended.</summary>
    private const int DrainedPerWrite = 16;

    /// <summary>Takes a record.</summary>
    /// <param name="heap">The shard's record memory.</param>
    /// <param name="arena">The arena of the map.</param>
    /// <param name="bytes">The length of the key.</param>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing has
    /// changed.</exception>
    public static byte* Take(RecordHeap* heap, Arena arena, int bytes)
    {
        if (heap->Draining is not null)
        {
            Drain(heap, DrainedPerWrite);
        }

        int sizeClass = RecordSize.ClassOf(bytes);
        byte* record = TakeOfClass(heap, arena, sizeClass);
        heap->LiveBytes += RecordSize.BytesOf(sizeClass);
        return record;
    }

    /// <summary>Releases the record of a key that was removed. Cannot fail.</summary>
    public static void Release(RecordHeap* heap, Arena arena, RecordKey stored)
    {
        if (heap->Draining is not null)
        {
            Drain(heap, DrainedPerWrite);
        }

        heap->LiveBytes -= RecordSize.BytesOf(RecordSize.ClassOf(stored.LongLength));
        if (heap->Newest is null)
        {
            AddFree(heap, stored.Address, RecordSize.ClassOf(stored.LongLength));
        }
        else
        {
            AddToLimbo(heap, arena, stored);
        }
    }

    /// <summary>Gives up all records at once, because no table refers to them any longer.</summary>
    /// <returns>The segments, which the caller has to retire; none if snapshots use them.</returns>
    public static RecordSegment* DropAll(RecordHeap* heap)
    {
        RecordSegment* segments = Concat(heap->OldSegments, heap->Segments);
        long bytes = heap->SegmentBytes + heap->OldSegmentBytes;
        if (heap->LargeRecords is not null)
        {
            segments = Concat(segments, (RecordSegment*)heap->LargeRecords);
            bytes += heap->LargeBytes;
            heap->LargeRecords = null;
            heap->LargeBytes = 0;
        }

        ForgetFree(heap);
        heap->Segments = null;
        heap->OldSegments = null;
        heap->SegmentBytes = 0;
        heap->OldSegmentBytes = 0;
        heap->LiveBytes = 0;
        heap->IsCompacting = 0;
        return GiveToEpoch(heap, segments, bytes);
    }

    // The lists of released records lie in the segments that are given up, and refer to records there.
    private static void ForgetFree(RecordHeap* heap)
    {
        heap->Next = null;
        heap->End = null;
        heap->FreeBytes = 0;
        heap->LimboBytes = 0;
        heap->LostBytes = 0;
        heap->Draining = null;
        for (int sizeClass = 0; sizeClass < RecordSize.Classes; sizeClass++)
        {
            heap->Free[sizeClass] = 0;
        }

        for (RecordEpoch* epoch = heap->Newest; epoch is not null; epoch = epoch->Older)
        {
            epoch->Limbo = null;
            epoch->LimboEnd = null;
        }
    }

    private static RecordSegment* GiveToEpoch(RecordHeap* heap, RecordSegment* segments, long bytes)
    {
        if (heap->Newest is null)
        {
            heap->EpochSegmentBytes += bytes;
            Uncount(heap, segments);
            return segments;
        }

        heap->EpochSegmentBytes += bytes;
        heap->Newest->Segments = Concat(segments, heap->Newest->Segments);
        return null;
    }

    private static void Uncount(RecordHeap* heap, RecordSegment* segments)
    {
        for (; segments is not null; segments = segments->Next)
        {
            heap->EpochSegmentBytes -= segments->Bytes;
            heap->SegmentCount--;
        }
    }

    private static RecordSegment* Concat(RecordSegment* first, RecordSegment* second)
    {
        if (first is null)
        {
            return second;
        }

        RecordSegment* last = first;
        while (last->Next is not null)
        {
            last = last->Next;
        }

        last->Next = second;
        return first;
    }

    private static byte* TakeOfClass(RecordHeap* heap, Arena arena, int sizeClass)
    {
        int bytes = RecordSize.BytesOf(sizeClass);
        byte* record = (byte*)heap->Free[sizeClass];
        if (record is not null)
        {
            heap->Free[sizeClass] = *(ulong*)record;
            heap->FreeBytes -= bytes;
            return record;
        }

        record = heap->Next;
        if (heap->End - record < bytes)
        {
            return TakeFromNewSegment(heap, arena, bytes);
        }

        heap->Next = record + bytes;
        return record;
    }

    private static byte* TakeFromNewSegment(RecordHeap* heap, Arena arena, int bytes)
    {
        long length = NewSegmentBytes(heap, bytes, out bool isLarge);
        byte* block = AllocateAddressable(arena, length);
        RecordSegment* segment = (RecordSegment*)block;
        segment->Bytes = length;
        segment->Next = heap->Segments;
        heap->Segments = segment;
        heap->SegmentBytes += length;
        heap->SegmentCount++;
        byte* record = block + RecordSegment.HeadBytes;
        if (!isLarge)
        {
            int rest = RecordSize.LargestClassWithin(heap->End - heap->Next);
            if (rest != 0)
            {
                AddFree(heap, heap->Next, rest);
            }

            heap->Next = record + bytes;
            heap->End = block + length;
        }

        return record;
    }

    /// <summary>Returns the length of the segment that a record of a class is taken from.</summary>
    private static long NewSegmentBytes(RecordHeap* heap, int bytes, out bool isLarge)
    {
        long share = Math.Clamp(
            (long)BitOperations.RoundUpToPowerOf2((ulong)heap->SegmentBytes / SegmentShare),
            FirstSegmentBytes,
            MaxSegmentBytes);
        isLarge = bytes > share / LargeRecordShare;
        return isLarge ? (long)Arena.OccupiedBytes((nuint)(RecordSegment.HeadBytes + bytes)) : share;
    }

    private static void AddFree(RecordHeap* heap, byte* record, int sizeClass)
    {
        int bytes = RecordSize.BytesOf(sizeClass);
        Poison(record, bytes);
        *(ulong*)record = heap->Free[sizeClass];
        heap->Free[sizeClass] = (ulong)record;
        heap->FreeBytes += bytes;
    }

    // A record that is read after its release then differs from every key that a test stores.
    [Conditional("DEBUG")]
    private static void Poison(byte* record, int bytes) => new Span<byte>(record, bytes).Fill(0xDD);
}
