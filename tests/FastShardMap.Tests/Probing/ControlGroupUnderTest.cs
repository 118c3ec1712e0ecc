using FastShardMap.Probing;

namespace FastShardMap.Tests.Probing;

internal sealed class ControlGroupUnderTest<TGroup>(bool isExact) : IControlGroupUnderTest
    where TGroup : IControlGroup
{
    public bool IsSupported => TGroup.IsSupported;

    public bool IsExact => isExact;

    public int MaskStride => TGroup.MaskStride;

    public ulong Match(ulong control, uint tag) => TGroup.Match(control, tag);

    public ulong MatchEmpty(ulong control, int slotCount) => TGroup.MatchEmpty(control, slotCount);

    public int LowestSlot(ulong mask) => TGroup.LowestSlot(mask);

    public nint LowestSlotOffset(ulong mask, int slotBytes) => TGroup.LowestSlotOffset(mask, slotBytes);

    public ulong ClearLowest(ulong mask) => TGroup.ClearLowest(mask);
}
