using System.Diagnostics;

namespace FastShardMap.Memory;

/// <summary>
/// A pool whose blocks are adjacent in chunks. A new chunk is an eighth of the size of the pool, so the number of
/// mappings grows with the logarithm of the pool (Linux allows 65,530 per process), and a small map stays small. Chunks
/// cost only address space: no page is touched before its block is used.
/// </summary>
internal sealed unsafe class RangePool(MappingList mappings, RangePoolShape shape) : BlockPool
{
    private const int ChunkShare = 8;

    // All free ranges.
    private readonly FreeRanges _free = new();

    // The free ranges that are resident: small blocks cleared in place, and ranges that the operating system has not
    // taken back.
    private readonly FreeRanges _resident = new();

    private nuint _mappedBytes;

    public override nuint ResidentFreeBytes => _resident.TotalBytes;

    public override bool ClearsInPlace => shape.ClearsInPlace;

    public override bool AlignsToHugePages => shape.GranuleBytes >= PageMemory.HugePageBytes;

    public override nuint Occupied(nuint bytes) => (bytes + (shape.GranuleBytes - 1)) & ~(shape.GranuleBytes - 1);

    /// <summary>
    /// Removes the pages that are entirely free and at least partly resident, so that the caller can discard them
    /// without the lock. The caller must return each range through <see cref="BlockPool.Give"/>.
    /// </summary>
    /// <returns>The pages; without some of them if there is no memory for longer lists.</returns>
    /// <exception cref="OutOfMemoryException">There is no memory for any list; nothing has changed.</exception>
    public List<AddressRange> TakeResidentPages()
    {
        List<AddressRange> taken = new(_resident.Count);
        ReserveForGiving(Outstanding + _resident.Count);
        int index = 0;
        while (index < _resident.Count)
        {
            AddressRange resident = _resident.Ranges[index];
            AddressRange pages = FreePagesAround(resident);
            if (pages.Bytes == 0)
            {
                index++;
                continue;
            }

            // Both lists may grow by one range. Reserve room first; otherwise a range would be lost if memory runs out.
            try
            {
                taken.EnsureCapacity(taken.Count + 1);
                _free.Reserve(Outstanding + _resident.Count + 1);
                _resident.Reserve(Outstanding + _resident.Count + 1);
            }
            catch (OutOfMemoryException)
            {
                break; // the caller returns what was taken so far
            }

            _free.Remove(pages);
            _resident.Remove(pages);
            AddOutstanding(1);
            taken.Add(pages);
        }

        return taken;
    }

    protected override void ReserveForGiving(int blocks)
    {
        // Two more: one for the chunk that a take may add, and one for the cut that it makes.
        _free.Reserve(blocks + 2);
        _resident.Reserve(blocks + 2);
    }

    protected override nuint TakeCore(nuint occupiedBytes, nuint alignment)
    {
        if (!_free.TryTake(occupiedBytes, alignment, out nuint start))
        {
            _free.Add(MapChunk(occupiedBytes));
            if (!_free.TryTake(occupiedBytes, alignment, out start))
            {
                throw new InvalidOperationException("A new chunk does not contain the block that it was mapped for.");
            }
        }

        _resident.Remove(new AddressRange(start, occupiedBytes));
        return start;
    }

    protected override void GiveCore(AddressRange block, bool resident)
    {
        _free.Add(block);
        if (resident)
        {
            _resident.Add(block);
        }
    }

    // Returns the pages that contain the range, without those at its ends that live blocks share.
    private AddressRange FreePagesAround(AddressRange resident)
    {
        nuint mask = ~(PageMemory.PageBytes - 1);
        bool isFree = _free.TryFind(resident.Start, out AddressRange free);
        Debug.Assert(isFree && resident.End <= free.End, "Resident free memory must be free.");
        nuint start = nuint.Max(resident.Start & mask, PageMemory.RoundToPages(free.Start));
        nuint end = nuint.Min(PageMemory.RoundToPages(resident.End), free.End & mask);
        return start < end ? new AddressRange(start, end - start) : default;
    }

    private AddressRange MapChunk(nuint blockBytes)
    {
        nuint unit = shape.ChunkAlignment;
        nuint least = (blockBytes + (unit - 1)) & ~(unit - 1);
        nuint share = _mappedBytes / ChunkShare / unit * unit;
        nuint wanted = nuint.Max(least, nuint.Clamp(share, shape.FirstChunkBytes, shape.MaximumChunkBytes));
        AddressRange chunk;
        try
        {
            chunk = mappings.Map(wanted, unit);
        }
        catch (OutOfMemoryException) when (wanted > least)
        {
            chunk = mappings.Map(least, unit);
        }

        _mappedBytes += chunk.Bytes;
        _ = shape.HugePages
            ? PageMemory.TryAdviseHugePages((byte*)chunk.Start, chunk.Bytes)
            : PageMemory.TryForbidHugePages((byte*)chunk.Start, chunk.Bytes);
        return chunk;
    }
}
