using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Serialization;

/// <summary>Computes CRC-32C (Castagnoli), as in RFC 3720, by the instruction of the processor if it has one (SSE4.2,
/// ARMv8), and otherwise by the tables of the framework.</summary>
/// <remarks>Each instruction waits three cycles for the previous one. Three parts of a long input are therefore
/// processed side by side and then combined: the checksum of A followed by B is the checksum of A, moved by the length
/// of B (multiplied by x to the power of its bits, modulo the polynomial), added to the checksum of B that starts with
/// 0.</remarks>
internal struct Crc32C
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    /// <summary>The length of a lane. A block of a file has five times three lanes, and one more.</summary>
    private const int LaneBytes = 4096;

    /// <summary>x to the power of the number of bits in a lane. This is 2 to the 15th, so x is squared fifteen
    /// times.</summary>
    private static readonly uint s_moveByLane = SquareRepeatedly(0x4000_0000, times: 15);

    private uint _inverted;

    /// <summary>The checksum of all bytes added so far.</summary>
    public readonly uint Value => _inverted;

    /// <summary>Returns the checksum of the bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        Crc32C crc = default;
        crc.Add(bytes);
        return crc.Value;
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~_inverted;
        for (; bytes.Length >= 3 * LaneBytes; bytes = bytes[(3 * LaneBytes)..])
        {
            crc = AddLanes(crc, bytes);
        }

        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        _inverted = ~crc;
    }

    /// <summary>Adds a number, least significant byte first.</summary>
    public void Add(ulong value) => _inverted = ~BitOperations.Crc32C(~_inverted, value);

    private static uint AddLanes(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint second = 0;
        uint third = 0;
        ref byte lane = ref MemoryMarshal.GetReference(bytes[..(3 * LaneBytes)]);
        for (nuint offset = 0; offset < LaneBytes; offset += sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, LittleEndianAt(ref lane, offset));
            second = BitOperations.Crc32C(second, LittleEndianAt(ref lane, LaneBytes + offset));
            third = BitOperations.Crc32C(third, LittleEndianAt(ref lane, (2 * LaneBytes) + offset));
        }

        return Multiply(Multiply(crc, s_moveByLane) ^ second, s_moveByLane) ^ third;
    }

    private static ulong LittleEndianAt(ref byte start, nuint offset)
    {
        ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    /// <summary>Returns the product of two polynomials, modulo that of the checksum. Bit 31 is the power 0.</summary>
    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (; a != 0; a <<= 1)
        {
            product ^= b & (uint)((int)a >> 31);
            b = (b >> 1) ^ (ReflectedPolynomial & (0 - (b & 1)));
        }

        return product;
    }

    private static uint SquareRepeatedly(uint polynomial, int times)
    {
        for (; times > 0; times--)
        {
            polynomial = Multiply(polynomial, polynomial);
        }

        return polynomial;
    }
}
