using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap.Probing;

/// <summary>The <see cref="IControlGroup"/> of this processor: SSE2 on x64, AdvSimd on ARM64, otherwise the portable
/// one. Tables call these methods; the choice is a constant of the JIT.</summary>
internal static class ControlGroups
{
    /// <inheritdoc cref="IControlGroup.Match"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    internal static ulong Match(ulong control, uint tag) =>
        Sse2ControlGroup.IsSupported ? Sse2ControlGroup.Match(control, tag)
        : AdvSimdControlGroup.IsSupported ? AdvSimdControlGroup.Match(control, tag)
        : PortableControlGroup.Match(control, tag);

    /// <summary>Returns the mask of the first slots of a group.</summary>
    /// <param name="slotCount">The number of slots, 1 to 7; preferably a constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    internal static ulong FirstSlots(int slotCount) =>
        Sse2ControlGroup.IsSupported ? (1UL << slotCount) - 1 : ControlWord.OccupiedBits(slotCount);

    /// <inheritdoc cref="IControlGroup.MatchEmpty"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    internal static ulong MatchEmpty(ulong control, int slotCount) =>
        Sse2ControlGroup.IsSupported ? Sse2ControlGroup.MatchEmpty(control, slotCount)
        : AdvSimdControlGroup.IsSupported ? AdvSimdControlGroup.MatchEmpty(control, slotCount)
        : PortableControlGroup.MatchEmpty(control, slotCount);

    /// <inheritdoc cref="IControlGroup.LowestSlot"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    internal static int LowestSlot(ulong mask) =>
        Sse2ControlGroup.IsSupported ? Sse2ControlGroup.LowestSlot(mask)
        : AdvSimdControlGroup.IsSupported ? AdvSimdControlGroup.LowestSlot(mask)
        : PortableControlGroup.LowestSlot(mask);

    /// <inheritdoc cref="IControlGroup.LowestSlotOffset"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    internal static nint LowestSlotOffset(ulong mask, int slotBytes) =>
        Sse2ControlGroup.IsSupported ? Sse2ControlGroup.LowestSlotOffset(mask, slotBytes)
        : AdvSimdControlGroup.IsSupported ? AdvSimdControlGroup.LowestSlotOffset(mask, slotBytes)
        : PortableControlGroup.LowestSlotOffset(mask, slotBytes);

    /// <inheritdoc cref="IControlGroup.ClearLowest"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    internal static ulong ClearLowest(ulong mask) =>
        Sse2ControlGroup.IsSupported ? Sse2ControlGroup.ClearLowest(mask)
        : AdvSimdControlGroup.IsSupported ? AdvSimdControlGroup.ClearLowest(mask)
        : PortableControlGroup.ClearLowest(mask);
}
