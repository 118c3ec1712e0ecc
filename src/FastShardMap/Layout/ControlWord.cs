using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>
/// The control word of a group: bytes 0 to 6 are the control bytes of slots 0 to 6, byte 7 is the overflow count.
/// <code>
/// bit   63      56 55      48 47              15       8 7        0
///       +---------+----------+----  ...  ----+----------+----------+
///       | overflow| slot 6   |               | slot 1   | slot 0   |
///       +---------+----------+----  ...  ----+----------+----------+
/// control byte:   0000 0000 empty     1ttt tttt occupied, with tag t
/// overflow count: 0 … 126 exact       127 saturated: stays so until the group is cleared
/// </code>
/// The highest bit of the overflow count is never set. The count therefore never equals a tag, and one comparison of
/// all eight bytes finds slots only. All methods are pure arithmetic: the caller loads and stores the word.
/// </summary>
internal static class ControlWord
{
    /// <summary>The control word of a cleared group: every slot is empty and the overflow count is 0. Fresh pages
    /// contain it.</summary>
    internal const ulong Empty = 0;

    /// <summary>The control word of the sentinel of a disposed map: every slot is empty and the overflow count is
    /// saturated, so that no lookup ends at the sentinel.</summary>
    internal const ulong Disposed = (ulong)SaturatedOverflow << OverflowShift;

    /// <summary>The number of slots a control word can describe. A group may have fewer; the control bytes of the
    /// others stay empty.</summary>
    internal const int MaxSlots = 7;

    /// <summary>The number of hash bits in a tag.</summary>
    internal const int TagBits = 7;

    /// <summary>The bit of a control byte that tells an occupied slot from an empty one.</summary>
    internal const byte OccupiedBit = 0x80;

    /// <summary>The value at which the overflow count is no longer exact and therefore never changes.</summary>
    internal const byte SaturatedOverflow = 127;

    private const int BitsPerSlot = 8;
    private const int OverflowShift = MaxSlots * BitsPerSlot;
    private const ulong OneOverflow = 1UL << OverflowShift;
    private const ulong EveryOccupiedBit = 0x8080_8080_8080_8080;

    /// <summary>Returns the control byte of a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte ControlByte(ulong control, int slot)
    {
        Debug.Assert(slot is >= 0 and < MaxSlots);
        return (byte)(control >> (slot * BitsPerSlot));
    }

    /// <summary>Returns the control word after an entry with this tag was stored in the slot, which may have been
    /// occupied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong WithTag(ulong control, int slot, byte tag)
    {
        Debug.Assert((tag & OccupiedBit) != 0);
        return WithoutTag(control, slot) | ((ulong)tag << (slot * BitsPerSlot));
    }

    /// <summary>Returns the control word after the slot became empty. The overflow count stays, because it counts
    /// entries in other groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong WithoutTag(ulong control, int slot)
    {
        Debug.Assert(slot is >= 0 and < MaxSlots);
        return control & ~((ulong)byte.MaxValue << (slot * BitsPerSlot));
    }

    /// <summary>Returns the occupied bits of the first slots: a mask with one bit per slot, 8 bits apart. The mask is a
    /// constant if the argument is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong OccupiedBits(int slotCount)
    {
        Debug.Assert(slotCount is > 0 and <= MaxSlots);
        return EveryOccupiedBit >> ((sizeof(ulong) - slotCount) * BitsPerSlot);
    }

    /// <summary>Returns the slot whose control byte contains this bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    internal static int SlotOfBit(int bit) => bit / BitsPerSlot;

    /// <summary>Returns a mask with the occupied bit of each of the first slots that is occupied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    internal static ulong Occupied(ulong control, int slotCount) => control & OccupiedBits(slotCount);

    /// <summary>Returns a mask with the occupied bit of each of the first slots that is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    internal static ulong Unoccupied(ulong control, int slotCount) => ~control & OccupiedBits(slotCount);

    /// <summary>Returns how many of the first slots are occupied.</summary>
    internal static int CountOccupied(ulong control, int slotCount) =>
        BitOperations.PopCount(Occupied(control, slotCount));

    /// <summary>Returns whether a control byte is that of an occupied slot.</summary>
    internal static bool IsOccupied(byte controlByte) => (controlByte & OccupiedBit) != 0;

    /// <summary>Returns the number of entries whose probe passed this group while it was full; a lower bound if it is
    /// <see cref="SaturatedOverflow"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte OverflowCount(ulong control) => (byte)(control >> OverflowShift);

    /// <summary>Returns whether entries have passed this group, so that a lookup must continue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasOverflow(ulong control) => control >= OneOverflow;

    /// <summary>Returns whether the overflow count has reached its maximum, where it stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    internal static bool IsSaturated(ulong control) => OverflowCount(control) == SaturatedOverflow;

    /// <summary>Returns the control word after one more entry passed this group. A count of
    /// <see cref="SaturatedOverflow"/> stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong IncrementOverflow(ulong control) =>
        OverflowCount(control) == SaturatedOverflow ? control : control + OneOverflow;

    /// <summary>Returns the control word after an entry that had passed this group was removed. A saturated count
    /// stays, because it may stand for more entries than it says; a count of zero stays as well.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong DecrementOverflow(ulong control)
    {
        byte count = OverflowCount(control);
        Debug.Assert(count != 0, "An entry was removed whose probe was never counted.");
        return count is 0 or SaturatedOverflow ? control : control - OneOverflow;
    }
}
