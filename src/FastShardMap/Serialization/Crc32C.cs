using System.Buffers.Binary;
using System.Numerics;

namespace FastShardMap.Serialization;

/// <summary>CRC-32C (Castagnoli), as of RFC 3720: by the processor's instruction where there is one (SSE4.2, ARMv8),
/// otherwise by the framework's tables.</summary>
internal struct Crc32C
{
    private uint _inverted;

    /// <summary>The checksum of all bytes added.</summary>
    public readonly uint Value => _inverted;

    /// <summary>The checksum of some bytes.</summary>
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

    /// <summary>Adds a number, least byte first.</summary>
    public void Add(ulong value) => _inverted = ~BitOperations.Crc32C(~_inverted, value);
}
