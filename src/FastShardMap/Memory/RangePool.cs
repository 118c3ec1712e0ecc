namespace FastShardMap.Memory;

/// <summary>
/// Blocks side by side in chunks. A chunk is an eighth of what the pool has already, so the number of mappings grows
/// with the logarithm of the pool (Linux allows a process 65,530), and a small map stays small. Chunks cost address
/// space only: no page is touched before its block is used.
/// </summary>
internal sealed unsafe class RangePool(MappingList mappings, RangePoolShape shape) : BlockPool
{
    private const int ChunkShare = 8;

    // Zero and without physical pages: never used, or given back.
    private readonly FreeRanges _clean = new();

    // Zero but resident: small blocks cleared in place, and what the system would not take back.
    private readonly FreeRanges _resident = new();

    private nuint _mappedBytes;

    public override nuint ResidentFreeBytes => _resident.TotalBytes;

    public override bool ClearsInPlace => shape.ClearsInPlace;

    public override nuint Occupied(nuint bytes) => (bytes + (shape.GranuleBytes - 1)) & ~(shape.GranuleBytes - 1);

    /// <summary>
    /// Takes everything free and resident out, for the caller to discard without the lock. Each range must come back
    /// through <see cref="GiveTrimmed"/>, at most in three pieces.
    /// </summary>
    public AddressRange[] TakeResident()
    {
        int pieces = checked(_resident.Count * 3);
        ReserveForGiving(Outstanding + pieces);
        AddressRange[] ranges = _resident.TakeAll();
        AddOutstanding(pieces);
        return ranges;
    }

    public void GiveTrimmed(AddressRange head, AddressRange pages, bool discarded, AddressRange tail)
    {
        Give(head, resident: true);
        Give(pages, resident: !discarded);
        Give(tail, resident: true);
    }

    protected override void ReserveForGiving(int blocks)
    {
        // One more for the chunk that a take may add.
        _clean.Reserve(blocks + 1);
        _resident.Reserve(blocks);
    }

    // Resident memory first: it costs no page fault.
    protected override nuint TakeCore(nuint occupiedBytes, nuint alignment)
    {
        nuint start;
        if (_resident.TryTake(occupiedBytes, alignment, out start) || _clean.TryTake(occupiedBytes, alignment, out start))
        {
            return start;
        }

        _clean.Add(MapChunk(occupiedBytes));
        return _clean.TryTake(occupiedBytes, alignment, out start)
            ? start
            : throw new InvalidOperationException("A fresh chunk does not hold the block it was mapped for.");
    }

    protected override void GiveCore(AddressRange block, bool resident) => (resident ? _resident : _clean).Add(block);

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
