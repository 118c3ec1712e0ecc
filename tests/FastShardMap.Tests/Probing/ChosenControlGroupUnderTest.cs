using FastShardMap.Probing;

namespace FastShardMap.Tests.Probing;

/// <summary>The selector that tables call.</summary>
internal sealed class ChosenControlGroupUnderTest : IControlGroupUnderTest
{
    public bool IsSupported => true;

    public bool IsExact => false;

    public int MaskStride =>
        Sse2ControlGroup.IsSupported ? Sse2ControlGroup.MaskStride : PortableControlGroup.MaskStride;

    public ulong Match(ulong control, uint tag) => ControlGroups.Match(control, tag);

    public ulong MatchEmpty(ulong control, int slotCount) => ControlGroups.MatchEmpty(control, slotCount);

    public int LowestSlot(ulong mask) => ControlGroups.LowestSlot(mask);

    public nint LowestSlotOffset(ulong mask, int slotBytes) => ControlGroups.LowestSlotOffset(mask, slotBytes);

    public ulong ClearLowest(ulong mask) => ControlGroups.ClearLowest(mask);
}
