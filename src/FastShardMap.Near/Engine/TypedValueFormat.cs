using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Serialization;

namespace FastShardMap.Near.Engine;

/// <summary>Values of one type at the engine.</summary>
internal static class TypedValueFormat<TValue>
    where TValue : unmanaged
{
    private static readonly UInt128 s_fingerprint = TypeFingerprint.Of<TValue>();
    private static readonly ulong s_foldedFingerprint = (ulong)s_fingerprint ^ (ulong)(s_fingerprint >> 64);

    public static byte[] Encode(TValue value, ReadOnlySpan<byte> engineKey, ulong version, bool expires) =>
        ValueFormat.Encode(
            MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value)),
            engineKey,
            s_foldedFingerprint,
            version,
            expires);

    /// <summary>Reads a value.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryDecode(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> engineKey, out TValue value, out ulong version, out bool expires)
    {
        string? fault = ValueFormat.TryDecode(
            bytes, engineKey, s_foldedFingerprint, out version, out expires, Unsafe.SizeOf<TValue>());
        value = fault is null ? MemoryMarshal.Read<TValue>(bytes[ValueFormat.HeaderBytes..]) : default;
        return fault;
    }
}
