using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;

namespace FastShardMap.Probing;

/// <summary>Implements the operations on control words in one general register (SIMD within a register). Works on every
/// processor.</summary>
/// <remarks><see cref="IControlGroup"/> contains the contract. The bit of a slot is the highest bit of its control
/// byte.</remarks>
internal readonly struct PortableControlGroup : IControlGroup
{
    private const int BitsPerSlot = 8;
    private const ulong LowestBits = 0x0001_0101_0101_0101;
    private const ulong HighestBits = 0x0080_8080_8080_8080;

    /// <inheritdoc/>
    public static bool IsSupported => true;

    /// <inheritdoc/>
    public static int MaskStride => BitsPerSlot;

    /// <inheritdoc/>
    /// <remarks>
    /// A byte of the difference is 0 if the control byte equals the tag, 1 to 0x7F if the slot has another tag, and
    /// above 0x7F if the slot is empty. Subtracting 1 from each byte sets the highest bit of the zeros. A zero also
    /// borrows from the byte above, where a 1 then becomes 0xFF and borrows in turn; these are the false positives that
    /// the contract allows. A zero keeps its highest bit in spite of a borrow, so no match is missed. The highest bits
    /// of the control word itself exclude empty slots. The usual formula uses the complement of the difference for
    /// that, which is available one step later.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Match(ulong control, uint tag)
    {
        ulong difference = control ^ ((byte)tag * LowestBits);
        return (difference - LowestBits) & (control & HighestBits);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MatchEmpty(ulong control, int slotCount) => ControlWord.Unoccupied(control, slotCount);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LowestSlot(ulong mask) => BitOperations.TrailingZeroCount(mask) >> 3;

    /// <inheritdoc/>
    /// <remarks>The bit of slot s is bit 8s + 7. For slots of a multiple of 8 bytes, the index of the bit therefore
    /// needs only a multiplication, which x64 folds into the address for 8 and 16 bytes, and a constant.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LowestSlotOffset(ulong mask, int slotBytes)
    {
        if (slotBytes % BitsPerSlot != 0)
        {
            return (nint)LowestSlot(mask) * slotBytes;
        }

        int factor = slotBytes / BitsPerSlot;
        return (LowestBit(mask) * factor) - ((BitsPerSlot - 1) * factor);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ClearLowest(ulong mask) => mask & (mask - 1);

    // BitOperations returns an int, which the JIT would have to extend before using it in an address.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint LowestBit(ulong mask) =>
        Bmi1.X64.IsSupported ? (nint)Bmi1.X64.TrailingZeroCount(mask) : BitOperations.TrailingZeroCount(mask);
}
