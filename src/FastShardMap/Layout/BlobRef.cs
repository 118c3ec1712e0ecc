using System.Globalization;
using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>
/// A value of any number of bytes, as a slot contains it: where the bytes are, how many there are, and the version of
/// the value. The bytes are in the record of the entry: behind those of the key, from the next multiple of 8, or at the
/// start of the record if the key is inline. An entry without such bytes has no record.
/// <code>
/// Place        bits 0 to 47 the address of the bytes, bits 48 to 63 the upper bits of the version
/// Length       the number of bytes
/// LowVersion   the lower bits of the version
/// </code>
/// </summary>
/// <remarks>The same struct presents a value to the map. Its address is then that of the caller's memory, and its
/// version is 0.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct BlobRef(ulong place, uint length, uint lowVersion)
{
    /// <summary>The maximum length of a value.</summary>
    public const int MaxBytes = 1 << 30;

    private const int AddressBits = 48;
    private const int VersionBits = 48;
    private const int LowVersionBits = 32;
    private const ulong AddressMask = (1UL << AddressBits) - 1;
    private const ulong MaxVersion = (1UL << VersionBits) - 1;

    public readonly ulong Place = place;
    public readonly uint Length = length;
    public readonly uint LowVersion = lowVersion;

    /// <summary>The bytes of a stored value in its record, or of a presented value in the caller's memory.</summary>
    public byte* Address => (byte*)(Place & AddressMask);

    /// <summary>A number that no other value of the same key has had.</summary>
    public long Version => (long)(((Place >> AddressBits) << LowVersionBits) | LowVersion);

    /// <summary>The bytes.</summary>
    // Safety: the record is live, or the caller's memory pinned, while the span is used.
    public ReadOnlySpan<byte> Bytes => new(Address, (int)Length);

    /// <summary>Presents a value to the map.</summary>
    /// <param name="bytes">The bytes, which must not move while the result is used.</param>
    /// <param name="length">Their number, at most <see cref="MaxBytes"/>.</param>
    public static BlobRef Present(byte* bytes, int length) => new((ulong)bytes, (uint)length, 0);

    /// <summary>Returns the version of the value that a shard stores next.</summary>
    public static ulong VersionAfter(ulong version) => version == MaxVersion ? 1 : version + 1;

    /// <summary>Returns this value at another place.</summary>
    public BlobRef At(byte* address) => new((Place & ~AddressMask) | (ulong)address, Length, LowVersion);

    /// <summary>Returns the stored form of this presented value.</summary>
    public BlobRef Stored(byte* address, ulong version) =>
        new((ulong)address | ((version >> LowVersionBits) << AddressBits), Length, (uint)version);

    /// <summary>Returns the length. The bytes may be gone.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"value of {Length} bytes");

    /// <summary>Requires that a value is not too long.</summary>
    /// <exception cref="ArgumentException">It has more than <see cref="MaxBytes"/> bytes.</exception>
    public static void ThrowIfTooLong(int length, string parameterName)
    {
        if (length > MaxBytes)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A value has at most {MaxBytes:N0} bytes, and this one has {length:N0}."),
                parameterName);
        }
    }
}
