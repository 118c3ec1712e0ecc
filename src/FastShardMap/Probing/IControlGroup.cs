// The control word of a group and how it is searched
// ==================================================
//
// Terms
//   group          the unit of probing: a control word, a version and up to 7 slots, side by side in memory
//   slot           room for one key and its value
//   control byte   the byte of the control word that describes a slot: 0 if it is empty, otherwise 0x80 | tag
//   tag            7 bits of the key's hash; they tell 127 of 128 other keys apart without reading the slot
//   overflow count byte 7 of the control word: the number of entries that passed this group because it was full. It is
//                  not a slot, and at most 127, so that no tag is equal to it
//   mask           the result of a search: one bit per slot found, MaskStride bits apart, lowest slot lowest
//
// Layout (FastShardMap.Layout.ControlWord has the arithmetic)
//
//   byte     7          6        5        4        3        2        1        0
//        +----------+--------+--------+--------+--------+--------+--------+--------+
//        | overflow | slot 6 | slot 5 | slot 4 | slot 3 | slot 2 | slot 1 | slot 0 |
//        +----------+--------+--------+--------+--------+--------+--------+--------+
//
//   In a group of fewer slots (large entries), the upper control bytes are always 0. Match cannot find them, because
//   every tag pattern has the highest bit of each byte set; MatchEmpty gets the number of slots as a parameter.
//
// Why one word
//   A lookup loads the word once and gets the tags, free slots and overflow count of one moment. A writer stores it
//   once. Seven slots of 16 bytes, this word and a version word fill two cache lines exactly.
//
// Why no tag for deleted slots
//   The overflow filter (in the version) tells a lookup when to stop, and the overflow count tells when to clear it, so
//   a removed slot is simply empty again (there are no tombstones).
//
// The contract, which ControlGroupContractTests runs over every implementation
//   Match       finds every occupied slot whose tag equals the given one. It may also find an occupied slot directly
//               above one it found, if the tag there differs from the pattern in the lowest bit only (the subtraction
//               of PortableControlGroup borrows). The caller compares keys anyway, and reaches a true match first. It
//               never finds an empty slot, nor the overflow count, which may be 0 to 127.
//   MatchEmpty  finds exactly the empty slots below slotCount, whatever the overflow count is.
//   LowestSlot, LowestSlotOffset, ClearLowest   traverse a nonzero mask in the order of the slots.

namespace FastShardMap.Probing;

/// <summary>Defines the operations on a control word, for one instruction set. Tables use them through
/// <see cref="ControlGroups"/>.</summary>
internal interface IControlGroup
{
    /// <summary>Whether the processor supports the instructions; a constant for the JIT.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The distance in bits between the bits of adjacent slots in a mask.</summary>
    static abstract int MaskStride { get; }

    /// <summary>Finds the occupied slots that have the tag, and possibly a neighbor: see the contract at the top of
    /// this file.</summary>
    /// <param name="control">The control word of the group.</param>
    /// <param name="tag">The control byte of an occupied slot, so bit 7 is set; higher bits are ignored.</param>
    static abstract ulong Match(ulong control, uint tag);

    /// <summary>Finds the empty slots.</summary>
    /// <param name="control">The control word of the group.</param>
    /// <param name="slotCount">The number of slots per group of this table, 1 to 7; preferably a constant.</param>
    static abstract ulong MatchEmpty(ulong control, int slotCount);

    /// <summary>Returns the index of the lowest slot in a mask.</summary>
    /// <param name="mask">A nonzero mask.</param>
    static abstract int LowestSlot(ulong mask);

    /// <summary>Returns the offset in bytes of the lowest slot in a mask from slot 0: <see cref="LowestSlot"/> times
    /// <paramref name="slotBytes"/>, computed in fewer steps where the mask allows it.</summary>
    /// <param name="mask">A nonzero mask.</param>
    /// <param name="slotBytes">The distance between slots; a constant.</param>
    static abstract nint LowestSlotOffset(ulong mask, int slotBytes);

    /// <summary>Returns the mask without its lowest slot.</summary>
    /// <param name="mask">A nonzero mask.</param>
    static abstract ulong ClearLowest(ulong mask);
}
