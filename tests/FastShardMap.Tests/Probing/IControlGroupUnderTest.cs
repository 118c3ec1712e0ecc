namespace FastShardMap.Tests.Probing;

/// <summary>
/// A control group behind instance methods: test classes are public, so they cannot have the internal type as a
/// parameter.
/// </summary>
internal interface IControlGroupUnderTest
{
    bool IsSupported { get; }

    /// <summary>Whether Match must not use the contract's permission to find a neighbour.</summary>
    bool IsExact { get; }

    int MaskStride { get; }

    ulong Match(ulong control, uint tag);

    ulong MatchEmpty(ulong control, int slotCount);

    int LowestSlot(ulong mask);

    nint LowestSlotOffset(ulong mask, int slotBytes);

    ulong ClearLowest(ulong mask);
}
