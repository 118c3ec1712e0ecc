using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Serialization;

namespace FastShardMap.Near.Engine;

/// <summary>Values of one type at the engine.</summary>
internal static class ValueFormat<TValue>
    where TValue : unmanaged
{
    private static readonly UInt128 s_fingerprint = TypeFingerprint.Of<TValue>();
    private static readonly ulong s_foldedFingerprint = (ulong)s_fingerprint ^ (ulong)(s_fingerprint >> 64);

    public static int Bytes => Unsafe.SizeOf<ValueHeader>() + Unsafe.SizeOf<TValue>();

    public static byte[] Encode(TValue value, ReadOnlySpan<byte> engineKey, ulong version, bool expires)
    {
        byte[] bytes = new byte[Bytes];
        ValueHeader header = new()
        {
            Magic = ValueHeader.CurrentMagic,
            Flags = expires ? ValueHeader.ExpiresFlag : 0,
            ValueBytes = (uint)Unsafe.SizeOf<TValue>(),
            Fingerprint = s_foldedFingerprint,
            Version = version,
        };
        ReadOnlySpan<byte> valueBytes = MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value));
        header.Checksum = ChecksumOf(header, engineKey, valueBytes);
        MemoryMarshal.Write(bytes, in header);
        valueBytes.CopyTo(bytes.AsSpan(Unsafe.SizeOf<ValueHeader>()));
        return bytes;
    }

    /// <summary>Reads a value.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryDecode(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> engineKey, out TValue value, out ulong version, out bool expires)
    {
        value = default;
        version = 0;
        expires = false;
        if (bytes.Length < Unsafe.SizeOf<ValueHeader>())
        {
            return "has no header of a near map";
        }

        ValueHeader header = MemoryMarshal.Read<ValueHeader>(bytes);
        if (header.Magic != ValueHeader.CurrentMagic)
        {
            return "has no header of a near map";
        }

        ReadOnlySpan<byte> valueBytes = bytes[Unsafe.SizeOf<ValueHeader>()..];
        if (header.ValueBytes != Unsafe.SizeOf<TValue>() || valueBytes.Length != Unsafe.SizeOf<TValue>())
        {
            return "has another size than the type of values";
        }

        if (header.Fingerprint != s_foldedFingerprint && header.Fingerprint != 0 && s_foldedFingerprint != 0)
        {
            return "was written for another type of values";
        }

        if (header.Version == 0 || header.Checksum != ChecksumOf(header, engineKey, valueBytes))
        {
            return "does not match its checksum";
        }

        value = MemoryMarshal.Read<TValue>(valueBytes);
        version = header.Version;
        expires = (header.Flags & ValueHeader.ExpiresFlag) != 0;
        return null;
    }

    private static ulong ChecksumOf(ValueHeader header, ReadOnlySpan<byte> engineKey, ReadOnlySpan<byte> valueBytes)
    {
        header.Checksum = 0;
        ulong hash = XxHash3.HashToUInt64(engineKey);
        hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<ValueHeader>(in header)), (long)hash);
        return XxHash3.HashToUInt64(valueBytes, (long)hash);
    }
}
