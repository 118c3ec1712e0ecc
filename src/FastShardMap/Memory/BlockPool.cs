namespace FastShardMap.Memory;

/// <summary>
/// Manages the blocks of one kind. Free memory in a pool is mapped and reads zero. All methods are called under the
/// lock of the arena.
/// </summary>
internal abstract class BlockPool
{
    /// <summary>Number of blocks taken and not yet given back. Each may need one more entry in a free list.</summary>
    protected int Outstanding { get; private set; }

    /// <summary>Free bytes that may still be resident.</summary>
    public abstract nuint ResidentFreeBytes { get; }

    /// <summary>Whether a retired block is cleared in place instead of being given back to the operating
    /// system.</summary>
    public abstract bool ClearsInPlace { get; }

    /// <summary>Whether blocks start at multiples of a huge page.</summary>
    public abstract bool AlignsToHugePages { get; }

    /// <summary>Returns the number of bytes that a block of this length occupies.</summary>
    public abstract nuint Occupied(nuint bytes);

    /// <summary>Takes a block that reads zero. If memory runs out, nothing changes.</summary>
    /// <exception cref="OutOfMemoryException">No free range fits, and the operating system has refused
    /// another.</exception>
    public nuint Take(nuint occupiedBytes, nuint alignment)
    {
        ReserveForGiving(Outstanding + 1);
        nuint start = TakeCore(occupiedBytes, alignment);
        Outstanding++;
        return start;
    }

    /// <summary>Puts a zeroed block back. Allocates nothing, so it cannot fail.</summary>
    public void Give(AddressRange block, bool resident)
    {
        Outstanding--;
        GiveCore(block, resident);
    }

    protected void AddOutstanding(int blocks) => Outstanding += blocks;

    /// <summary>Makes room for this many blocks to come back without allocating.</summary>
    protected abstract void ReserveForGiving(int blocks);

    protected abstract nuint TakeCore(nuint occupiedBytes, nuint alignment);

    protected abstract void GiveCore(AddressRange block, bool resident);
}
