using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;

namespace FastShardMap.Probing;

/// <summary>Control-group operations in the lower half of an SSE2 register: exact, one mask bit per slot.</summary>
/// <remarks>See <see cref="IControlGroup"/> for the contract.</remarks>
internal readonly struct Sse2ControlGroup : IControlGroup
{
    /// <inheritdoc/>
    public static bool IsSupported => Sse2.X64.IsSupported;

    /// <inheritdoc/>
    public static int MaskStride => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Match(ulong control, uint tag)
    {
        // With AVX2 the broadcast is one instruction. Either way neither the upper half, of zeros, nor the overflow count
        // has an equal: a tag has bit 7 set.
        var tags = Avx2.IsSupported
            ? Avx2.BroadcastScalarToVector128(Vector128.CreateScalarUnsafe(tag).AsByte())
            : Vector128.CreateScalarUnsafe((byte)tag * 0x0101_0101_0101_0101UL).AsByte();
        var equal = Sse2.CompareEqual(Vector128.CreateScalar(control).AsByte(), tags);
        return (uint)Sse2.MoveMask(equal);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MatchEmpty(ulong control, int slotCount)
    {
        // MoveMask collects the highest bits: those of the occupied slots.
        var occupied = (uint)Sse2.MoveMask(Vector128.CreateScalar(control).AsByte());
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
