using System.Runtime.InteropServices;

namespace FastShardMap.Near.Engine;

/// <summary>The first 40 bytes of a value at the engine, little-endian. The bytes of the value follow.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct ValueHeader
{
    public const uint CurrentMagic = 0x314E_5346; // "FSN1"

    /// <summary>The write has set an expiry.</summary>
    public const uint ExpiresFlag = 1;

    public uint Magic;
    public uint Flags;
    public uint ValueBytes;
    public uint Reserved;

    /// <summary>The description of the value's type, or zero if the program that wrote it did not know it.</summary>
    public ulong Fingerprint;

    /// <summary>Of the write; never zero.</summary>
    public ulong Version;

    /// <summary>XxHash3 of the value's bytes. Its seed is the hash of this header with this field zero, whose seed is
    /// the hash of the key at the engine.</summary>
    public ulong Checksum;
}
