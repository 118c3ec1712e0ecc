using System.Runtime.CompilerServices;

#if FASTSHARDMAP_SSE2
using Chosen = FastShardMap.Probing.Sse2ControlGroup;
#elif FASTSHARDMAP_ADVSIMD
using Chosen = FastShardMap.Probing.AdvSimdControlGroup;
#else
using Chosen = FastShardMap.Probing.PortableControlGroup;
#endif

namespace FastShardMap.Probing;

/// <summary>Forwards to the chosen implementation of <see cref="IControlGroup"/>: this is what tables call.</summary>
/// <remarks>
/// <para>For eight control bytes the general register beats the SIMD register on the way from the control word to the
/// slot, because the moves there and back take longer than the comparison. Lookups in cache, ns per lookup, dependent
/// (latency) and independent (throughput); 2.1 GHz Xeon with AVX-512, .NET 10, throw-away benchmark, 1,024 groups:</para>
/// <list type="bullet">
/// <item>portable, with the slot offset taken from the mask (<see cref="IControlGroup.LowestSlotOffset"/>): 10.5 and 2.98;</item>
/// <item>SSE2: 10.9 and 2.82;</item>
/// <item>portable, by slot index: 10.8 and 3.09; with the usual complement of the difference: 10.9 and 3.10; with an
/// exact comparison: 11.2 and 3.20.</item>
/// </list>
/// <para>We choose by latency, on every processor; for ARM64 there are no timings, but the code has three moves between
/// register files for AdvSimd where the portable form has three additions. To measure another choice in whole tables,
/// define <c>FASTSHARDMAP_SSE2</c> or <c>FASTSHARDMAP_ADVSIMD</c> when building; there is no fallback then.</para>
/// </remarks>
internal static class ControlGroups
{
    /// <inheritdoc cref="IControlGroup.MaskStride"/>
    internal static int MaskStride => Chosen.MaskStride;

    /// <inheritdoc cref="IControlGroup.Broadcast"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Broadcast(byte tag) => Chosen.Broadcast(tag);

    /// <inheritdoc cref="IControlGroup.Match"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Match(ulong control, ulong tagPattern) => Chosen.Match(control, tagPattern);

    /// <inheritdoc cref="IControlGroup.MatchEmpty"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MatchEmpty(ulong control, int slotCount) => Chosen.MatchEmpty(control, slotCount);

    /// <inheritdoc cref="IControlGroup.LowestSlot"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int LowestSlot(ulong mask) => Chosen.LowestSlot(mask);

    /// <inheritdoc cref="IControlGroup.LowestSlotOffset"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint LowestSlotOffset(ulong mask, int slotBytes) => Chosen.LowestSlotOffset(mask, slotBytes);

    /// <inheritdoc cref="IControlGroup.ClearLowest"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong ClearLowest(ulong mask) => Chosen.ClearLowest(mask);
}
