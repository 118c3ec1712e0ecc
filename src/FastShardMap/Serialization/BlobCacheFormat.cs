using System.Buffers.Binary;
using FastShardMap.Layout;

namespace FastShardMap.Serialization;

// THE FORMAT, version 3, of caches whose values have any length. The numbers of the format itself are little-endian.
//
//   header: as that of BlobFormat, except
//     8   u32 format version          3
//    32   i64 0: the number of entries is at the end, as in CacheFormat
//   blocks: as those of BlobFormat; a block may end in the middle of an entry
//    16   entries: life, use, length of the key, key, length of the value, value, life, use, length of the next key …
//   end, 32 bytes
//     0   u32 0 and u32 0             in the place of the entries and bytes of a block
//     8   u32 CRC-32C of file id, number of blocks, number of entries (u64 each)     12  u32 0
//    16   magic "FSMAPEND"            24  i64 number of entries
//
//   life and use: as in CacheFormat

/// <summary>The parts of a saved cache that depend on values being of any length.</summary>
internal static class BlobCacheFormat
{
    public const int EndBytes = 32;

    /// <summary>The number of bytes before the length of the key: life and use.</summary>
    public const int UseBytes = CacheFormat.ExtraBytes;

    /// <summary>The maximum number of bytes of an entry beside its key and its value.</summary>
    public const int MaxHeadBytes = UseBytes + BlobFormat.MaxLengthsBytes;

    /// <summary>Creates the header of a new file.</summary>
    public static RecordFormat ForWriting() => BlobFormat.ForWriting(count: 0);

    /// <summary>Writes the header.</summary>
    public static void WriteHeader(RecordFormat format, Span<byte> header) =>
        BlobFormat.WriteHeader(format, header, KeyForm.Text, CacheFormat.CurrentVersion);

    /// <summary>Reads a header, and refuses anything that is not a cache of keys and values of any length.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or is not that of such a cache; the message gives
    /// the reason.</exception>
    public static RecordFormat ReadHeader(ReadOnlySpan<byte> header) =>
        BlobFormat.ReadHeader(header, KeyForm.Text, CacheFormat.CurrentVersion);

    /// <summary>Reads the head of a block, whose checksum is not verified yet.</summary>
    /// <returns>The number of entries that end in the block, and that of its bytes; both 0 if this is the
    /// end.</returns>
    /// <exception cref="InvalidDataException">No block has this head.</exception>
    public static (int Entries, int Bytes) ReadBlockHeader(RecordFormat format, ReadOnlySpan<byte> head, long index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(head) == 0
            ? (0, 0)
            : BlobFormat.ReadBlockHeader(format, head, index, left: long.MaxValue);

    /// <summary>Writes an entry.</summary>
    /// <param name="destination">Room for the entry with the longest head.</param>
    /// <param name="life">The ticks until the entry expires; 0 for never.</param>
    /// <param name="use">The byte that says how the entry was used.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>The number of bytes written.</returns>
    public static int WriteEntry(
        Span<byte> destination, uint life, byte use, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, life);
        destination[sizeof(uint)] = use;
        int written = UseBytes;
        written += RecordFormat.WriteLength(destination[written..], key.Length);
        key.CopyTo(destination[written..]);
        written += key.Length;
        written += RecordFormat.WriteLength(destination[written..], value.Length);
        value.CopyTo(destination[written..]);
        return written + value.Length;
    }

    /// <summary>Writes the end of the file.</summary>
    public static void WriteEnd(RecordFormat format, Span<byte> end, long blocks, long entries)
    {
        end[..EndBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end[8..], format.ChecksumOfEnd(blocks, entries));
        MapFormat.EndMagic.CopyTo(end[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(end[24..], entries);
    }

    /// <summary>Checks the end of the file.</summary>
    /// <exception cref="InvalidDataException">The end is damaged, or belongs to another file.</exception>
    public static void RequireEnd(RecordFormat format, ReadOnlySpan<byte> end, long blocks, long entries) =>
        MapFormat.Require(
            end.Slice(16, 8).SequenceEqual(MapFormat.EndMagic)
                && BinaryPrimitives.ReadInt64LittleEndian(end[24..]) == entries
                && BinaryPrimitives.ReadUInt32LittleEndian(end[8..]) == format.ChecksumOfEnd(blocks, entries)
                && BinaryPrimitives.ReadUInt32LittleEndian(end[12..]) == 0,
            "The end of the saved cache is damaged.");
}
