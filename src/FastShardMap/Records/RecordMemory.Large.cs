using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

// RECORDS WITH BLOCKS OF THEIR OWN. Values may be much larger than keys. A record above RecordKey.MaxBytes is a block
// of the arena, which returns there when the record is released, so that it is not kept for a record of its class. A
// snapshot keeps such blocks as it keeps whole segments. A compaction leaves them where they are.
internal static unsafe partial class RecordMemory
{
    /// <summary>Returns whether the record of so many bytes has a block of its own.</summary>
    public static bool IsLarge(long bytes) => bytes > RecordKey.MaxBytes;

    /// <summary>Returns the length of the block of a large record.</summary>
    public static long LargeBytesOf(long bytes) => (long)Arena.OccupiedBytes((nuint)(LargeRecord.HeadBytes + bytes));

    /// <summary>Returns whether a record can be taken without segments and large records exceeding a number of
    /// bytes.</summary>
    /// <param name="heap">The shard's record memory.</param>
    /// <param name="bytes">The length of the record, more than 0.</param>
    /// <param name="most">The number of bytes.</param>
    public static bool HasRoom(RecordHeap* heap, long bytes, long most)
    {
        long held = heap->SegmentBytes + heap->LargeBytes;
        if (IsLarge(bytes))
        {
            return held + LargeBytesOf(bytes) <= most;
        }

        int sizeClass = RecordSize.ClassOf((int)bytes);
        int rounded = RecordSize.BytesOf(sizeClass);
        return heap->Free[sizeClass] != 0
            || heap->End - heap->Next >= rounded
            || held + NewSegmentBytes(heap, rounded, out _) <= most;
    }

    /// <summary>Takes a record that has a block of its own.</summary>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing has
    /// changed.</exception>
    public static byte* TakeLarge(RecordHeap* heap, Arena arena, long bytes)
    {
        long length = LargeBytesOf(bytes);
        byte* block = AllocateAddressable(arena, length);
        LargeRecord* record = (LargeRecord*)block;
        record->Bytes = length;
        record->Previous = null;
        record->Next = heap->LargeRecords;
        if (heap->LargeRecords is not null)
        {
            heap->LargeRecords->Previous = record;
        }

        heap->LargeRecords = record;
        heap->LargeBytes += length;
        heap->SegmentCount++;
        return block + LargeRecord.HeadBytes;
    }

    /// <summary>Releases a record that has a block of its own. Cannot fail.</summary>
    /// <returns>The block, which the caller has to retire; null if a snapshot may show it.</returns>
    public static RecordSegment* ReleaseLarge(RecordHeap* heap, byte* bytes)
    {
        LargeRecord* record = (LargeRecord*)(bytes - LargeRecord.HeadBytes);
        if (record->Previous is null)
        {
            heap->LargeRecords = record->Next;
        }
        else
        {
            record->Previous->Next = record->Next;
        }

        if (record->Next is not null)
        {
            record->Next->Previous = record->Previous;
        }

        heap->LargeBytes -= record->Bytes;
        record->Next = null;
        return GiveToEpoch(heap, (RecordSegment*)record, record->Bytes);
    }

    private static byte* AllocateAddressable(Arena arena, long length)
    {
        byte* block = arena.Allocate((nuint)length);
        if (!RecordKey.CanAddress(block + length))
        {
            arena.Retire(block, (nuint)length, isZero: true);
            throw new NotSupportedException("Keys of any length need addresses of at most 48 bits.");
        }

        return block;
    }
}
