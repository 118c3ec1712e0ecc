namespace FastShardMap.Memory;

/// <summary>
/// Makes a block resident from its start to its end, together with writers who do the same: each takes the next slice
/// from a cursor that all share. Should the cursor serve another block already, that one has a slice less to populate.
/// </summary>
/// <param name="arena">The block's arena.</param>
/// <param name="block">The block.</param>
/// <param name="bytes">Its length.</param>
/// <param name="cursor">Bytes taken; past the length when done. In a block that lives as long as the arena.</param>
internal sealed unsafe class PopulateWork(Arena arena, LiveBlockId block, nuint bytes, ulong* cursor) : BlockWork(arena, block)
{
    private const nuint SliceBytes = 256 * 1024;

    /// <summary>Takes the next slice.</summary>
    /// <returns>False: all is taken.</returns>
    public static bool TryTake(ulong* cursor, nuint start, nuint bytes, nuint sliceBytes, out AddressRange slice)
    {
        slice = default;
        if (Volatile.Read(ref *cursor) >= bytes)
        {
            return false;
        }

        nuint taken = (nuint)Interlocked.Add(ref *cursor, sliceBytes) - sliceBytes;
        if (taken >= bytes)
        {
            return false;
        }

        slice = new AddressRange(start + taken, nuint.Min(sliceBytes, bytes - taken));
        return true;
    }

    protected override bool TryNext(out AddressRange slice) => TryTake(cursor, Block.Start, bytes, SliceBytes, out slice);

    protected override bool TryWork(AddressRange slice)
    {
        PageMemory.Prefault((byte*)slice.Start, slice.Bytes);
        return true;
    }
}
