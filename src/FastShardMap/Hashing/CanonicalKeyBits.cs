using System.Runtime.CompilerServices;

namespace FastShardMap;

/// <summary>Maps all representations of equal numbers to the same bits (hazard H20: −0.0, NaN, trailing zeros of
/// decimals).</summary>
internal static class CanonicalKeyBits
{
    private const int DecimalScaleShift = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(double value)
    {
        const ulong SignBit = 1UL << 63;
        const ulong InfinityBits = 0x7FF0_0000_0000_0000;
        ulong bits = BitConverter.DoubleToUInt64Bits(value);

        // One comparison finds both ±0.0 (which wraps around to the top) and every NaN (which is above infinity).
        return ((bits - 1) & ~SignBit) >= InfinityBits ? bits & InfinityBits : bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(float value)
    {
        const uint SignBit = 1U << 31;
        const uint InfinityBits = 0x7F80_0000;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return ((bits - 1) & ~SignBit) >= InfinityBits ? bits & InfinityBits : bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(Half value)
    {
        const uint SignBit = 1U << 15;
        const uint InfinityBits = 0x7C00;
        uint bits = BitConverter.HalfToUInt16Bits(value);
        return ((bits - 1) & (SignBit - 1)) >= InfinityBits ? bits & InfinityBits : bits;
    }

    // Not inlined: decimals are rare as keys, and the loop would add to the code of every lookup.
    internal static (ulong Low, ulong High) Of(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        (uint low, uint mid, uint high, uint flags) = ((uint)parts[0], (uint)parts[1], (uint)parts[2], (uint)parts[3]);
        if ((low | mid | high) == 0)
        {
            return (0, 0);
        }

        // Strip trailing zeros, so that 1.00m has the same bits as 1m.
        uint scale = (flags >> DecimalScaleShift) & 0xFF;
        while (scale > 0 && (low & 1) == 0)
        {
            const ulong Ten = 10;
            uint nextHigh = high / 10;
            ulong rest = ((high % Ten) << 32) | mid;
            uint nextMid = (uint)(rest / Ten);
            rest = ((rest % Ten) << 32) | low;
            if (rest % Ten != 0)
            {
                break;
            }

            (low, mid, high) = ((uint)(rest / Ten), nextMid, nextHigh);
            scale--;
        }

        uint signAndScale = (flags & 0x8000_0000) | (scale << DecimalScaleShift);
        return (((ulong)mid << 32) | low, ((ulong)signAndScale << 32) | high);
    }
}
