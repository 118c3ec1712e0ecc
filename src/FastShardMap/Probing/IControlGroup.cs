// The control word of a group and how it is searched
// ==================================================
//
// Terms
//   group          the unit of probing: a control word, a version and up to 7 slots, side by side in memory
//   slot           room for one key and its value
//   control byte   what the control word says of a slot: 0 if it is empty, else 0x80 | tag
//   tag            7 bits of the key's hash: 127 of 128 other keys are told apart without a look at the slot
//   overflow count byte 7 of the control word: how many entries passed this group because it was full. Not a slot, and
//                  at most 127, so that no tag is equal to it
//   mask           what a search returns: one bit for each slot found, MaskStride bits apart, lowest slot lowest
//
// Layout (FastShardMap.Layout.ControlWord has the arithmetic)
//
//   byte     7          6        5        4        3        2        1        0
//        +----------+--------+--------+--------+--------+--------+--------+--------+
//        | overflow | slot 6 | slot 5 | slot 4 | slot 3 | slot 2 | slot 1 | slot 0 |
//        +----------+--------+--------+--------+--------+--------+--------+--------+
//
//   A group of fewer slots (large entries) leaves the upper control bytes 0 for ever. Match cannot find them, because
//   every tag pattern has the highest bit of each byte set; MatchEmpty is told the number of slots.
//
// Why one word
//   A lookup loads it once and gets tags, free slots and overflow count of one moment. A writer stores it once. Seven
//   slots of 16 bytes, this word and a version word fill two cache lines exactly.
//
// Why no tag for deleted slots
//   The overflow count tells a lookup when to stop, so a removed slot is simply empty again (no tombstones).
//
// The contract, which ControlGroupContractTests runs over every implementation
//   Match       finds every occupied slot whose tag equals the given one. It may also find an occupied slot
//               directly above one it found, if the tag there differs from the pattern's in the lowest bit only (the
//               subtraction of PortableControlGroup borrows). The caller compares keys anyway, and meets a true match
//               first. It never finds an empty slot, nor the overflow count, which may be 0 to 127.
//   MatchEmpty  finds exactly the empty slots below slotCount, whatever the overflow count is.
//   LowestSlot, LowestSlotOffset, ClearLowest   go through a mask that is not zero, in the order of the slots.

namespace FastShardMap.Probing;

/// <summary>The operations on a control word, for one instruction set. Tables use them through <see cref="ControlGroups"/>.</summary>
internal interface IControlGroup
{
    /// <summary>Whether the processor has the instructions: a constant for the JIT.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The distance, in bits, between the bits of neighbouring slots in a mask.</summary>
    static abstract int MaskStride { get; }

    /// <summary>Finds the occupied slots that have the tag, and possibly a neighbour: see the contract.</summary>
    /// <param name="control">The control word of the group.</param>
    /// <param name="tag">The control byte of an occupied slot, so bit 7 is set; bits above are ignored.</param>
    static abstract ulong Match(ulong control, uint tag);

    /// <summary>Finds the empty slots.</summary>
    /// <param name="control">The control word of the group.</param>
    /// <param name="slotCount">The number of slots a group of this table has, 1 to 7: best a constant.</param>
    static abstract ulong MatchEmpty(ulong control, int slotCount);

    /// <summary>The index of the lowest slot in a mask.</summary>
    /// <param name="mask">A mask that is not zero.</param>
    static abstract int LowestSlot(ulong mask);

    /// <summary>The offset in bytes of the lowest slot in a mask from slot 0: <see cref="LowestSlot"/> times
    /// <paramref name="slotBytes"/>, computed in fewer steps where the mask allows it.</summary>
    /// <param name="mask">A mask that is not zero.</param>
    /// <param name="slotBytes">The distance between slots: a constant.</param>
    static abstract nint LowestSlotOffset(ulong mask, int slotBytes);

    /// <summary>The mask without its lowest slot.</summary>
    /// <param name="mask">A mask that is not zero.</param>
    static abstract ulong ClearLowest(ulong mask);
}
