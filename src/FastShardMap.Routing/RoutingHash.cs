using System.Buffers.Binary;
using System.IO.Hashing;

namespace FastShardMap.Routing;

/// <summary>The hashes that placements are made of. Other values would move slots, so they never change.</summary>
internal static class RoutingHash
{
    private const long SlotSeed = 0x51_07;

    /// <summary>Where a slot lies among the points of nodes.</summary>
    public static ulong OfSlot(int slot)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, slot);
        return XxHash3.HashToUInt64(bytes, SlotSeed);
    }

    /// <summary>A node's hash for a number: a virtual node, or a slot.</summary>
    public static ulong OfNode(ReadOnlySpan<byte> name, int number) => XxHash3.HashToUInt64(name, number);

    /// <summary>
    /// −ln of a hash taken as a number between 0 and 1. It uses only operations that IEEE 754 defines exactly, because
    /// Math.Log may differ in its last bit between machines, and then two of them would disagree about an owner.
    /// </summary>
    public static double NegativeLogarithm(ulong hash)
    {
        // An odd number below 2⁵³: never 0, never 1, and exact as a double.
        ulong number = (hash >> 11) | 1;
        int exponent = 63 - System.Numerics.BitOperations.LeadingZeroCount(number);
        double mantissa = number / (double)(1UL << exponent);
        if (mantissa > 1.414_213_562_373_095_1)
        {
            mantissa /= 2;
            exponent++;
        }

        // ln m = 2 artanh((m − 1) / (m + 1)); the argument is below 0.172, so ten terms suffice for a double.
        double s = (mantissa - 1) / (mantissa + 1);
        double square = s * s;
        double sum = 0;
        for (int term = 19; term >= 1; term -= 2)
        {
            sum = (sum * square) + (1.0 / term);
        }

        return ((53 - exponent) * 0.693_147_180_559_945_3) - (2 * s * sum);
    }
}
