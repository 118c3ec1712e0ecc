using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FastShardMap.Layout;

namespace FastShardMap.Serialization;

// THE FORMAT, version 2, of maps whose keys are text or bytes. The numbers of the format itself are little-endian.
//
//   header, 96 bytes: as in version 1 (MapFormat), except
//     8   u32 format version          2
//    16   u32 0                       24  u32 maximum bytes of the entries of a block
//    40   16 bytes "utf8" or "bytes", followed by zeros
//   blocks: any number of entries each, at least one
//     0   u32 entries of the block
//     4   u32 bytes of these entries
//     8   u32 CRC-32C of file id, block index (u64 each), the two preceding numbers, and the entries
//    12   u32 0
//    16   entries: length of the key, key, value, length, key, value …
//   end, 16 bytes: as in version 1
//
//   BlobFormat describes the files of maps whose values have any length.
//
//   length: 7 bits per byte, the lowest first; bit 7 of a byte says that another one follows. No longer than needed.
//   The hashes of keys are not written, because another map has another seed.
//
// A reader allocates one block for lengths that it has not verified. The maximum in the header bounds it, and the
// reader bounds that maximum.

/// <summary>The header of a saved map with keys of any length.</summary>
internal readonly record struct RecordFormat
{
    public const uint CurrentVersion = 2;
    public const int BlockHeaderBytes = 16;

    /// <summary>The maximum number of bytes of the length of a key.</summary>
    public const int MaxLengthBytes = 3;

    /// <summary>A writer ends a block after the entry that reaches this size.</summary>
    public const int BlockBytes = 64 * 1024;

    private const int MaxBlockBytes = 1024 * 1024;
    internal const int FingerprintBytes = 16;
    private const int LengthBits = 7;
    private const int LengthMask = (1 << LengthBits) - 1;

    public required int ValueBytes { get; init; }

    public required int MaxEntriesBytes { get; init; }

    public required long Count { get; init; }

    public required ulong FileId { get; init; }

    /// <summary>The number of bytes of the shortest entry.</summary>
    public int MinEntryBytes => 1 + ValueBytes;

    /// <summary>The number of bytes of the shortest file, from the end of the header.</summary>
    public long MinBodyBytes => (Count == 0 ? 0 : BlockHeaderBytes) + (Count * MinEntryBytes) + MapFormat.EndBytes;

    /// <summary>Creates the header of a new file.</summary>
    public static RecordFormat ForWriting<TValue>(long count)
        where TValue : unmanaged
    {
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(id);
        return new RecordFormat
        {
            ValueBytes = Unsafe.SizeOf<TValue>(),
            MaxEntriesBytes = BlockBytes + MaxLengthBytes + RecordKey.MaxBytes + Unsafe.SizeOf<TValue>(),
            Count = count,
            FileId = BinaryPrimitives.ReadUInt64LittleEndian(id),
        };
    }

    /// <summary>Writes the header.</summary>
    public void WriteHeader<TValue>(Span<byte> header, KeyForm form, uint version = CurrentVersion)
        where TValue : unmanaged
    {
        header[..MapFormat.HeaderBytes].Clear();
        MapFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], MapFormat.ByteOrder);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], ValueBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], MaxEntriesBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(
            header[28..],
            MapFormat.KindsAreKnown
            | MapFormat.KeysAreNamed
            | (TypeFingerprint.IsNamed<TValue>() ? MapFormat.ValuesAreNamed : 0));
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], Count);
        NameOf(form).CopyTo(header[40..]);
        BinaryPrimitives.WriteUInt128LittleEndian(header[56..], TypeFingerprint.Of<TValue>());
        BinaryPrimitives.WriteUInt64LittleEndian(header[72..], FileId);
        BinaryPrimitives.WriteUInt32LittleEndian(
            header[MapFormat.ChecksumOffset..], Crc32C.Of(header[..MapFormat.ChecksumOffset]));
    }

    /// <summary>Reads a header, and refuses anything that is not a map of such keys and values.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or is not that of such a map; the message gives
    /// the reason.</exception>
    public static RecordFormat ReadHeader<TValue>(ReadOnlySpan<byte> header, KeyForm form)
        where TValue : unmanaged
    {
        uint kinds = RequireKeys(header, form);
        MapFormat.RequireType<TValue>(
            "values", header[20..], header[56..], (kinds & MapFormat.ValuesAreNamed) != 0);
        return ReadSizes(header, Unsafe.SizeOf<TValue>());
    }

    /// <summary>Checks the start of a header, and that the keys are of a form.</summary>
    /// <param name="header">The header.</param>
    /// <param name="form">The form.</param>
    /// <param name="version">The version that the format must have.</param>
    /// <returns>The kinds of types.</returns>
    /// <exception cref="InvalidDataException">The header is damaged, or is that of another map.</exception>
    internal static uint RequireKeys(ReadOnlySpan<byte> header, KeyForm form, uint version = CurrentVersion)
    {
        uint kinds = MapFormat.RequireStart(header, version);
        ReadOnlySpan<byte> name = NameOf(form);
        MapFormat.Require(
            header[40..].StartsWith(name)
                && header.Slice(40 + name.Length, FingerprintBytes - name.Length).IndexOfAnyExcept((byte)0) < 0
                && BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) == 0
                && (kinds & MapFormat.KeysAreNamed) != 0,
            form == KeyForm.Text
                ? "The keys of the saved map are not text."
                : "The keys of the saved map are not byte strings.");
        return kinds;
    }

    /// <summary>Reads the numbers of a header.</summary>
    /// <param name="header">The header, whose types were checked.</param>
    /// <param name="valueBytes">The number of bytes of the shortest value.</param>
    /// <exception cref="InvalidDataException">A number is out of its range.</exception>
    internal static RecordFormat ReadSizes(ReadOnlySpan<byte> header, int valueBytes)
    {
        int maxEntriesBytes = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        long count = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        RecordFormat format = new()
        {
            ValueBytes = valueBytes,
            MaxEntriesBytes = maxEntriesBytes,
            Count = count,
            FileId = BinaryPrimitives.ReadUInt64LittleEndian(header[72..]),
        };
        MapFormat.Require(
            maxEntriesBytes >= format.MinEntryBytes && maxEntriesBytes <= MaxBlockBytes,
            "The saved map has blocks of an invalid size.");
        MapFormat.Require(
            count >= 0 && count <= long.MaxValue / 2 / format.MinEntryBytes,
            "The saved map has an invalid number of entries.");
        return format;
    }

    /// <summary>Completes a block whose entries are in place.</summary>
    public void SealBlock(Span<byte> block, long index, int entries)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block, entries);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], block.Length - BlockHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], ChecksumOf(block, index));
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], 0);
    }

    /// <summary>Reads the head of a block, whose checksum is not verified yet.</summary>
    /// <param name="head">The head.</param>
    /// <param name="index">The index of the block.</param>
    /// <param name="left">The number of entries that the file still has.</param>
    /// <exception cref="InvalidDataException">No block has this head.</exception>
    public (int Entries, int Bytes) ReadBlockHeader(ReadOnlySpan<byte> head, long index, long left)
    {
        int entries = BinaryPrimitives.ReadInt32LittleEndian(head);
        int bytes = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        RequireBlock(
            entries > 0
                && entries <= left
                && bytes <= MaxEntriesBytes
                && bytes >= (long)entries * MinEntryBytes
                && BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) == 0,
            index);
        return (entries, bytes);
    }

    /// <summary>Checks a block with its head.</summary>
    /// <exception cref="InvalidDataException">The block is damaged, or belongs to another place or file.</exception>
    public void RequireBlock(ReadOnlySpan<byte> block, long index) =>
        RequireBlock(BinaryPrimitives.ReadUInt32LittleEndian(block[8..]) == ChecksumOf(block, index), index);

    /// <summary>Throws if a condition of a block does not hold.</summary>
    /// <exception cref="InvalidDataException">The condition does not hold.</exception>
    public static void RequireBlock(bool condition, long index) =>
        MapFormat.Require(condition, $"Block {index} of the saved map is damaged.");

    /// <summary>Writes the end of the file.</summary>
    public void WriteEnd(Span<byte> end, long blocks)
    {
        end[..MapFormat.EndBytes].Clear();
        MapFormat.EndMagic.CopyTo(end);
        BinaryPrimitives.WriteUInt32LittleEndian(end[8..], ChecksumOfEnd(blocks));
    }

    /// <summary>Checks the end of the file.</summary>
    /// <exception cref="InvalidDataException">The end is damaged, or belongs to another file.</exception>
    public void RequireEnd(ReadOnlySpan<byte> end, long blocks) =>
        MapFormat.Require(
            end[..8].SequenceEqual(MapFormat.EndMagic)
                && BinaryPrimitives.ReadUInt32LittleEndian(end[8..]) == ChecksumOfEnd(blocks)
                && BinaryPrimitives.ReadUInt32LittleEndian(end[12..]) == 0,
            "The end of the saved map is damaged.");

    /// <summary>Writes the length of a key.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int WriteLength(Span<byte> destination, int length)
    {
        int written = 0;
        for (; length > LengthMask; length >>= LengthBits)
        {
            destination[written++] = (byte)(length | (LengthMask + 1));
        }

        destination[written++] = (byte)length;
        return written;
    }

    /// <summary>Reads the length of a key.</summary>
    /// <returns>The number of bytes read; 0 if there is no valid length.</returns>
    public static int ReadLength(ReadOnlySpan<byte> source, out int length) =>
        ReadLength(source, RecordKey.MaxBytes, MaxLengthBytes, out length, out _);

    /// <summary>Reads a length.</summary>
    /// <param name="source">The length, perhaps without its end.</param>
    /// <param name="most">The maximum length.</param>
    /// <param name="mostBytes">The maximum number of bytes that it is written with.</param>
    /// <param name="length">Receives the length.</param>
    /// <param name="isDamaged">Receives whether no length begins like this.</param>
    /// <returns>The number of bytes read; 0 if there is no valid length.</returns>
    internal static int ReadLength(
        ReadOnlySpan<byte> source, int most, int mostBytes, out int length, out bool isDamaged)
    {
        long sum = 0;
        length = 0;
        for (int i = 0; i < Math.Min(source.Length, mostBytes); i++)
        {
            sum |= (long)(source[i] & LengthMask) << (i * LengthBits);
            if (source[i] <= LengthMask)
            {
                isDamaged = sum > most || (i > 0 && source[i] == 0);
                length = isDamaged ? 0 : (int)sum;
                return isDamaged ? 0 : i + 1;
            }
        }

        isDamaged = source.Length >= mostBytes;
        return 0;
    }

    private static ReadOnlySpan<byte> NameOf(KeyForm form) => form == KeyForm.Text ? "utf8"u8 : "bytes"u8;

    private uint ChecksumOf(ReadOnlySpan<byte> block, long index)
    {
        Crc32C crc = default;
        crc.Add(FileId);
        crc.Add((ulong)index);
        crc.Add(block[..8]);
        crc.Add(block[BlockHeaderBytes..]);
        return crc.Value;
    }

    private uint ChecksumOfEnd(long blocks) => ChecksumOfEnd(blocks, Count);

    internal uint ChecksumOfEnd(long blocks, long entries)
    {
        Crc32C crc = default;
        crc.Add(FileId);
        crc.Add((ulong)blocks);
        crc.Add((ulong)entries);
        return crc.Value;
    }
}
