namespace FastShardMap.Memory;

/// <summary>
/// Where the blocks of one kind live. Free memory in a pool is mapped and reads zero. Called under the arena's lock.
/// </summary>
internal abstract class BlockPool
{
    /// <summary>Blocks taken and not yet given; each may need one more entry in a free list.</summary>
    protected int Outstanding { get; private set; }

    /// <summary>Free bytes that may still have physical pages behind them.</summary>
    public abstract nuint ResidentFreeBytes { get; }

    /// <summary>Whether a retired block is cleared where it is rather than given back to the system.</summary>
    public abstract bool ClearsInPlace { get; }

    /// <summary>Whether blocks start on multiples of a huge page.</summary>
    public abstract bool AlignsToHugePages { get; }

    /// <summary>The length a block of this many bytes takes up.</summary>
    public abstract nuint Occupied(nuint bytes);

    /// <summary>Takes a block that reads zero. Running out of memory changes nothing.</summary>
    /// <exception cref="OutOfMemoryException">No free range fits, and the system refused another.</exception>
    public nuint Take(nuint occupiedBytes, nuint alignment)
    {
        ReserveForGiving(Outstanding + 1);
        nuint start = TakeCore(occupiedBytes, alignment);
        Outstanding++;
        return start;
    }

    /// <summary>Puts a zeroed block back; allocates nothing, so it cannot fail.</summary>
    public void Give(AddressRange block, bool resident)
    {
        Outstanding--;
        GiveCore(block, resident);
    }

    protected void AddOutstanding(int blocks) => Outstanding += blocks;

    /// <summary>Makes room for as many blocks to come back without allocating.</summary>
    protected abstract void ReserveForGiving(int blocks);

    protected abstract nuint TakeCore(nuint occupiedBytes, nuint alignment);

    protected abstract void GiveCore(AddressRange block, bool resident);
}
