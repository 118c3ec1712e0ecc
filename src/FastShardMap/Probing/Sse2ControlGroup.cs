using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;

namespace FastShardMap.Probing;

/// <summary>Implements the operations on control words in the lower half of an SSE2 register. Matches are exact, and
/// masks have one bit per slot.</summary>
/// <remarks><see cref="IControlGroup"/> contains the contract.</remarks>
internal readonly struct Sse2ControlGroup : IControlGroup
{
    private const uint EverySlot = (1u << ControlWord.MaxSlots) - 1;

    /// <inheritdoc/>
    public static bool IsSupported => Sse2.X64.IsSupported;

    /// <inheritdoc/>
    public static int MaskStride => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Match(ulong control, uint tag)
    {
        Vector128<byte> controls = Vector128.CreateScalar(control).AsByte();
        if (Avx2.IsSupported)
        {
            // Neither the upper half, which is zero, nor the overflow count equals a tag, because a tag has bit 7 set.
            Vector128<byte> tags = Avx2.BroadcastScalarToVector128(Vector128.CreateScalarUnsafe(tag).AsByte());
            return (uint)Sse2.MoveMask(Sse2.CompareEqual(controls, tags));
        }

        // Only the lower half of the pattern is set, so matches in the upper half have no meaning.
        Vector128<byte> pattern = Vector128.CreateScalarUnsafe((byte)tag * 0x0101_0101_0101_0101UL).AsByte();
        return (uint)Sse2.MoveMask(Sse2.CompareEqual(controls, pattern)) & EverySlot;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MatchEmpty(ulong control, int slotCount)
    {
        // MoveMask collects the highest bits, which are set for occupied slots.
        uint occupied = (uint)Sse2.MoveMask(Vector128.CreateScalar(control).AsByte());
        return ~occupied & ((1u << slotCount) - 1);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LowestSlot(ulong mask) => BitOperations.TrailingZeroCount((uint)mask);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint LowestSlotOffset(ulong mask, int slotBytes) => (nint)(uint)LowestSlot(mask) * slotBytes;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ClearLowest(ulong mask) => mask & (mask - 1);
}
