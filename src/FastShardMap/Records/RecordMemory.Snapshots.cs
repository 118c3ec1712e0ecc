using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

internal static unsafe partial class RecordMemory
{
    /// <summary>Frees some of the records that no snapshot shows any longer.</summary>
    /// <returns>Whether some are left.</returns>
    public static bool Drain(RecordHeap* heap, int records)
    {
        for (; records > 0 && heap->Draining is not null; records--)
        {
            LimboChunk* chunk = heap->Draining;
            if (chunk->Count == 0)
            {
                heap->Draining = chunk->Next;
                heap->LimboBytes -= LimboChunk.Bytes;
                AddFree(heap, (byte*)chunk, RecordSize.ClassOf(LimboChunk.Bytes));
                continue;
            }

            RecordKey stored = new(0, chunk->Records[--chunk->Count]);
            int sizeClass = RecordSize.ClassOf(stored.LongLength);
            heap->LimboBytes -= RecordSize.BytesOf(sizeClass);
            AddFree(heap, stored.Address, sizeClass);
        }

        return heap->Draining is not null;
    }

    /// <summary>Begins the epoch of a snapshot.</summary>
    public static void BeginEpoch(RecordHeap* heap, RecordEpoch* epoch)
    {
        epoch->Older = heap->Newest;
        if (heap->Newest is not null)
        {
            heap->Newest->Newer = epoch;
        }

        heap->Newest = epoch;
    }

    /// <summary>Ends the epoch of a snapshot. Nothing refers to it any longer.</summary>
    /// <returns>The segments that no snapshot uses any longer, which the caller has to retire.</returns>
    public static RecordSegment* EndEpoch(RecordHeap* heap, RecordEpoch* epoch)
    {
        RecordEpoch* older = epoch->Older;
        if (epoch->Newer is null)
        {
            heap->Newest = older;
        }
        else
        {
            epoch->Newer->Older = older;
        }

        if (older is null)
        {
            if (epoch->Limbo is not null)
            {
                epoch->LimboEnd->Next = heap->Draining;
                heap->Draining = epoch->Limbo;
            }

            RecordSegment* segments = epoch->Segments;
            Uncount(heap, segments);
            return segments;
        }

        older->Newer = epoch->Newer;
        if (epoch->Limbo is not null)
        {
            epoch->LimboEnd->Next = older->Limbo;
            if (older->Limbo is null)
            {
                older->LimboEnd = epoch->LimboEnd;
            }

            older->Limbo = epoch->Limbo;
        }

        older->Segments = Concat(epoch->Segments, older->Segments);
        return null;
    }

    private static void AddToLimbo(RecordHeap* heap, Arena arena, RecordKey stored)
    {
        int bytes = RecordSize.BytesOf(RecordSize.ClassOf(stored.LongLength));
        RecordEpoch* epoch = heap->Newest;
        if ((epoch->Limbo is null || epoch->Limbo->Count == LimboChunk.MaxRecords) && !TryAddChunk(heap, arena, epoch))
        {
            heap->LostBytes += bytes;
            return;
        }

        epoch->Limbo->Records[epoch->Limbo->Count++] = stored.Last;
        heap->LimboBytes += bytes;
    }

    private static bool TryAddChunk(RecordHeap* heap, Arena arena, RecordEpoch* epoch)
    {
        LimboChunk* chunk;
        try
        {
            chunk = (LimboChunk*)TakeOfClass(heap, arena, RecordSize.ClassOf(LimboChunk.Bytes));
        }
        catch (OutOfMemoryException)
        {
            return false; // a removal must not fail
        }

        chunk->Next = epoch->Limbo;
        chunk->Count = 0;
        if (epoch->Limbo is null)
        {
            epoch->LimboEnd = chunk;
        }

        epoch->Limbo = chunk;
        heap->LimboBytes += LimboChunk.Bytes;
        return true;
    }
}
