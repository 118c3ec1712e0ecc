using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using FastShardMap.Layout;

namespace FastShardMap.Probing;

/// <summary>Implements the operations on control words in a 64-bit AdvSimd register. Matches are exact. ARM64 has no
/// MoveMask, so the bit of a slot is the highest bit of its byte.</summary>
/// <remarks><see cref="IControlGroup"/> contains the contract.</remarks>
internal readonly struct AdvSimdControlGroup : IControlGroup
{
    /// <inheritdoc/>
    public static bool IsSupported => AdvSimd.Arm64.IsSupported;

    /// <inheritdoc/>
    public static int MaskStride => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Match(ulong control, uint tag)
    {
        Vector64<byte> equal = AdvSimd.CompareEqual(
            Vector64.CreateScalar(control).AsByte(),
            Vector64.Create((byte)tag));
        return equal.AsUInt64().ToScalar() & ControlWord.OccupiedBits(ControlWord.MaxSlots);
    }

    /// <inheritdoc/>
    // The word is in a general register, where one BIC takes fewer instructions than any way through a SIMD register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MatchEmpty(ulong control, int slotCount) => PortableControlGroup.MatchEmpty(control, slotCount);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LowestSlot(ulong mask) => BitOperations.TrailingZeroCount(mask) >> 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LowestSlotOffset(ulong mask, int slotBytes) =>
        PortableControlGroup.LowestSlotOffset(mask, slotBytes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ClearLowest(ulong mask) => mask & (mask - 1);
}
