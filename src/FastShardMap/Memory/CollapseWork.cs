namespace FastShardMap.Memory;

/// <summary>
/// Moves a block of settled contents into huge pages, one after the other; what does not fill one at the block's ends
/// stays as it is.
/// </summary>
internal sealed unsafe class CollapseWork(Arena arena, LiveBlockId block, AddressRange range) : BlockWork(arena, block)
{
    /// <summary>Ranges the kernel may refuse (memory is too fragmented just now) before the rest is left alone.</summary>
    private const int MaxRefusals = 8;

    private nuint _next = (range.Start + (PageMemory.HugePageBytes - 1)) & ~(PageMemory.HugePageBytes - 1);
    private int _refusals;

    protected override bool TryNext(out AddressRange slice)
    {
        slice = new AddressRange(_next, PageMemory.HugePageBytes);
        _next = slice.End;
        return slice.End <= range.End;
    }

    protected override bool TryWork(AddressRange slice)
    {
        _refusals += PageMemory.TryCollapse((byte*)slice.Start, slice.Bytes) ? 0 : 1;
        return _refusals < MaxRefusals;
    }
}
