using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastShardMap.Layout;

/// <summary>
/// A key of any number of bytes, as a slot contains it. A key of up to 15 bytes is inline. The bytes of a longer key
/// are in a record, and the slot contains the address of the record and the whole hash.
/// <code>
/// word     inline                                    long
/// First    bytes 0 to 7                              the hash
/// Last     bytes 8 to 14, bits 56 to 59 the length   bit 63 set, bits 48 to 62 the length, bits 0 to 47 the address
/// </code>
/// </summary>
/// <remarks> The same struct presents a key to the map. The address of a long presented key is that of the caller's
/// memory: of the bytes themselves if there are more than 64, and of a buffer with the first and the last bytes side by
/// side otherwise (<see cref="PresentedBytes"/>). What a lookup stores in that buffer, it loads again at the same place
/// and width, so that the processor forwards the stores. A presented key is compared with a stored one, and never the
/// other way around.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct RecordKey(ulong first, ulong last) : IEquatable<RecordKey>
{
    /// <summary>The maximum length of an inline key.</summary>
    public const int MaxInlineBytes = 15;

    /// <summary>The maximum length of a key.</summary>
    public const int MaxBytes = 32_766;

    /// <summary>Keys of up to this length are presented as two vectors.</summary>
    public const int MaxTwoVectorBytes = 2 * VectorBytes;

    /// <summary>Keys of up to this length are presented as four vectors.</summary>
    public const int MaxFourVectorBytes = 4 * VectorBytes;

    /// <summary>The length of the buffer of a presented key.</summary>
    public const int BufferBytes = MaxFourVectorBytes;

    public const int InlineLengthShift = 56;
    private const int VectorBytes = 16;
    private const int AddressBits = 48;
    private const ulong Long = 1UL << 63;
    private const ulong AddressMask = (1UL << AddressBits) - 1;
    private const int LengthMask = 0x7FFF;

    /// <summary>Bytes 0 to 7 of an inline key; the hash of a long key.</summary>
    public readonly ulong First = first;

    /// <summary>The other bytes and the length of an inline key; the length and the address of a long key.</summary>
    public readonly ulong Last = last;

    /// <summary>No key: long, but without bytes.</summary>
    public static RecordKey None => new(0, Long);

    /// <summary>Whether this is no key.</summary>
    public bool IsNone => Last == Long;

    /// <summary>Whether the bytes are elsewhere.</summary>
    public bool IsLong => (long)Last < 0;

    /// <summary>The hash of a long key.</summary>
    public ulong LongHash => First;

    /// <summary>The record of a long stored key, or the caller's memory of a long presented key.</summary>
    public byte* Address => (byte*)(Last & AddressMask);

    /// <summary>The length in bytes.</summary>
    public int Length => IsLong ? LongLength : (int)(Last >> InlineLengthShift);

    /// <summary>The length in bytes of a long key.</summary>
    public int LongLength => (int)(Last >> AddressBits) & LengthMask;

    /// <summary>Returns whether an address fits into a key: user space has 47 or 48 bits, unless a process asks for
    /// more.</summary>
    public static bool CanAddress(byte* memory) => ((ulong)memory & ~AddressMask) == 0;

    /// <summary>Creates a long key.</summary>
    /// <param name="hash">The hash of the bytes.</param>
    /// <param name="length">The number of bytes, from 16 to <see cref="MaxBytes"/>.</param>
    /// <param name="address">The record, or the memory of a presented key.</param>
    public static RecordKey CreateLong(ulong hash, int length, byte* address) =>
        new(hash, Long | ((ulong)(uint)length << AddressBits) | (ulong)address);

    /// <summary>Returns this long key with another address.</summary>
    public RecordKey At(byte* address) => new(First, (Last & ~AddressMask) | (ulong)address);

    /// <summary>Returns whether this presented key equals a stored key. Of a long key, the hash and the length are
    /// compared first, so that almost only the record of an equal key is read.</summary>
    /// <param name="other">The stored key.</param>
    // Safety: the address of the stored key is that of a record of its length, or of memory that was such a record.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public bool Equals(RecordKey other)
    {
        if (First != other.First || ((Last ^ other.Last) >> AddressBits) != 0)
        {
            return false;
        }

        return IsLong ? PresentedBytes.AreEqual(Address, other.Address, LongLength) : Last == other.Last;
    }

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is RecordKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(First, Last >> AddressBits);

    /// <summary>Returns the length. The bytes may be gone.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"key of {Length} bytes");
}
