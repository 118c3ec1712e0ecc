namespace FastShardMap.Memory;

/// <summary>
/// A pool for tests. Each block has a mapping of its own, and ends at an inaccessible page. Blocks are aligned to 128
/// bytes only, and are reused for the same length only.
/// </summary>
internal sealed unsafe class GuardedPool(MappingList mappings) : BlockPool
{
    private readonly List<AddressRange> _free = [];

    public override nuint ResidentFreeBytes => 0;

    public override bool ClearsInPlace => false;

    public override bool AlignsToHugePages => false;

    public override nuint Occupied(nuint bytes) => bytes;

    protected override void ReserveForGiving(int blocks) => _free.EnsureCapacity(_free.Count + blocks);

    protected override nuint TakeCore(nuint occupiedBytes, nuint alignment)
    {
        for (int index = 0; index < _free.Count; index++)
        {
            AddressRange range = _free[index];
            if (range.Bytes == occupiedBytes)
            {
                _free.RemoveAt(index);
                return range.Start;
            }
        }

        nuint pages = PageMemory.RoundToPages(occupiedBytes);
        AddressRange mapping = mappings.Map(pages + PageMemory.PageBytes, PageMemory.PageBytes);
        nuint guard = mapping.Start + pages;
        return PageMemory.TryProtect((byte*)guard, PageMemory.PageBytes)
            ? guard - occupiedBytes
            : throw new InvalidOperationException("The guard page could not be protected.");
    }

    protected override void GiveCore(AddressRange block, bool resident) => _free.Add(block);
}
