using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Near.Engine;

/// <summary>Values at the engine: a header, and the bytes of the value.</summary>
internal static class ValueFormat
{
    /// <summary>The description of values that are bytes of any length: "NearByte".</summary>
    public const ulong BytesFingerprint = 0x6574_7942_7261_654E;

    public static int HeaderBytes => Unsafe.SizeOf<ValueHeader>();

    public static byte[] Encode(
        ReadOnlySpan<byte> value, ReadOnlySpan<byte> engineKey, ulong fingerprint, ulong version, bool expires)
    {
        byte[] bytes = new byte[HeaderBytes + value.Length];
        ValueHeader header = new()
        {
            Magic = ValueHeader.CurrentMagic,
            Flags = expires ? ValueHeader.ExpiresFlag : 0,
            ValueBytes = (uint)value.Length,
            Fingerprint = fingerprint,
            Version = version,
        };
        header.Checksum = ChecksumOf(header, engineKey, value);
        MemoryMarshal.Write(bytes, in header);
        value.CopyTo(bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    /// <summary>Checks a value. Its bytes follow the header.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryDecode(
        ReadOnlySpan<byte> bytes,
        ReadOnlySpan<byte> engineKey,
        ulong fingerprint,
        out ulong version,
        out bool expires,
        int? valueBytes = null)
    {
        version = 0;
        expires = false;
        if (bytes.Length < HeaderBytes)
        {
            return "has no header of a near map";
        }

        ValueHeader header = MemoryMarshal.Read<ValueHeader>(bytes);
        if (header.Magic != ValueHeader.CurrentMagic)
        {
            return "has no header of a near map";
        }

        ReadOnlySpan<byte> value = bytes[HeaderBytes..];
        if (valueBytes is int expected && (header.ValueBytes != expected || value.Length != expected))
        {
            return "has another size than the type of values";
        }

        if (header.ValueBytes != value.Length)
        {
            return "has another size than its header says";
        }

        if (header.Fingerprint != fingerprint && header.Fingerprint != 0 && fingerprint != 0)
        {
            return "was written for another type of values";
        }

        if (header.Version == 0 || header.Checksum != ChecksumOf(header, engineKey, value))
        {
            return "does not match its checksum";
        }

        version = header.Version;
        expires = (header.Flags & ValueHeader.ExpiresFlag) != 0;
        return null;
    }

    private static ulong ChecksumOf(ValueHeader header, ReadOnlySpan<byte> engineKey, ReadOnlySpan<byte> value)
    {
        header.Checksum = 0;
        ulong hash = XxHash3.HashToUInt64(engineKey);
        hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<ValueHeader>(in header)), (long)hash);
        return XxHash3.HashToUInt64(value, (long)hash);
    }
}
