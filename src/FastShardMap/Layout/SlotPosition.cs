namespace FastShardMap.Layout;

/// <summary>The position of a slot in its table, in one word of 32 bits: the index of the group and the slot.</summary>
internal readonly record struct SlotPosition(uint Word)
{
    /// <summary>A table with more groups than this has slots without a position.</summary>
    public const ulong MaxGroups = 1UL << (32 - SlotBits);
    private const int SlotBits = 3;
    private const uint SlotMask = (1U << SlotBits) - 1;

    public ulong Group => Word >> SlotBits;

    public int Slot => (int)(Word & SlotMask);

    /// <summary>The bit of the slot in the byte of its group, where each slot has one bit.</summary>
    public byte Bit => (byte)(1 << Slot);

    public static SlotPosition Of(ulong group, int slot) => new(((uint)group << SlotBits) | (uint)slot);
}
