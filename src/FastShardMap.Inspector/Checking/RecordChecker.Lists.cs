using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Checking;

// The lists of free records, of snapshots and of records in limbo.
internal sealed unsafe partial class RecordChecker
{
    private void ReadFreeLists()
    {
        for (int sizeClass = 0; sizeClass < RecordSize.Classes; sizeClass++)
        {
            int bytes = RecordSize.BytesOf(sizeClass);
            _visited.Clear();
            for (ulong free = _heap.Free[sizeClass]; free != 0;)
            {
                if (!_visited.Add(free))
                {
                    Report("free list", $"the list of records of {bytes} bytes has a cycle, at 0x{free:x}");
                    break;
                }

                if (bytes == 0 || !IsAligned(free) || SegmentOf(free, free + (ulong)bytes) is not { IsOld: false }
                    || !_reader.TryRead(free, out ulong next))
                {
                    Report(
                        "free list",
                        $"the list of records of {bytes} bytes leads to 0x{free:x}, where no such record can be");
                    break;
                }

                _freeBytes += Add(free, bytes, RecordUse.Free);
                free = next;
            }
        }
    }

    private void ReadEpochs()
    {
        long segmentBytes = 0;
        ulong newer = 0;
        HashSet<ulong> epochs = [];
        for (ulong address = (ulong)_heap.Newest; address != 0;)
        {
            if (!epochs.Add(address) || epochs.Count == MaxListLength
                || !_map.Memory.TryRead(address, out RecordEpoch epoch))
            {
                Report("epochs", $"the list of snapshots leads to 0x{address:x}, where no further one can be");
                break;
            }

            if ((ulong)epoch.Newer != newer)
            {
                Report(
                    "epochs",
                    $"the epoch at 0x{address:x} names 0x{(ulong)epoch.Newer:x} as the next newer one; it is "
                        + $"0x{newer:x}");
            }

            ReadLimbo(epoch.Limbo, epoch.LimboEnd, $"the epoch at 0x{address:x}");
            segmentBytes += AddSegments(epoch.Segments, isOld: true, segments: null);
            newer = address;
            address = (ulong)epoch.Older;
        }

        Expect("epochs", _heap.EpochSegmentBytes, segmentBytes, "the segments that its snapshots keep");
        Expect("segments", _heap.SegmentCount, _segmentHeads.Count, "all lists of segments", "segments");
    }

    // The last chunk of an epoch's list is known; that of the list that is being freed is not.
    private void ReadLimbo(LimboChunk* first, LimboChunk* end, string owner)
    {
        ulong last = 0;
        _visited.Clear();
        for (ulong address = (ulong)first; address != 0;)
        {
            if (!_visited.Add(address))
            {
                Report("limbo", $"the chunks of {owner} have a cycle, at 0x{address:x}");
                return;
            }

            if (SegmentOf(address, address + LimboChunk.Bytes) is null
                || !_map.Memory.TryRead(address, out LimboChunk chunk)
                || chunk.Count is < 0 or > LimboChunk.MaxRecords)
            {
                Report("limbo", $"{owner} leads to 0x{address:x}, where no chunk is");
                return;
            }

            _limboBytes += Add(address, LimboChunk.Bytes, RecordUse.Chunk);
            for (int i = 0; i < chunk.Count; i++)
            {
                RecordKey released = new(0, chunk.Records[i]);
                if (released.IsLong && (_map.HasBlobs ? released.LongLength > 0 : RecordReader.IsValid(released)))
                {
                    _limboBytes += Add(released, RecordUse.Released);
                }
                else
                {
                    Report("limbo", $"the chunk at 0x{address:x} lists 0x{released.Last:x16}, which is no record");
                }
            }

            last = address;
            address = (ulong)chunk.Next;
        }

        if (end is not null && (ulong)end != last)
        {
            Report("limbo", $"the last chunk of {owner} is at 0x{last:x}; the epoch says 0x{(ulong)end:x}");
        }
    }
}
