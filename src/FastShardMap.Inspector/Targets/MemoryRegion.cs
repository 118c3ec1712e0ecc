namespace FastShardMap.Inspector.Targets;

/// <summary>A region of the target's memory that its program could write to.</summary>
internal readonly record struct MemoryRegion(ulong Start, ulong Bytes)
{
    public ulong End => Start + Bytes;
}
