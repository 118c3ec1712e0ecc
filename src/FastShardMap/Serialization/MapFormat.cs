using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace FastShardMap.Serialization;

// THE FORMAT, version 1, of maps whose keys have a fixed size (RecordFormat has version 2, and CacheFormat version 3).
// The numbers of the format itself are little-endian.
//
//   header, 96 bytes
//     0   magic "FSMAP\r\n\x1A"       copies in text mode damage it visibly
//     8   u32 format version          1
//    12   u32 byte order of entries   1 little-endian, 2 big-endian
//    16   u32 bytes per key           24  u32 entries per full block
//    20   u32 bytes per value         28  u32 kinds of types
//    32   i64 number of entries
//    40   16 bytes fingerprint of the key type, 0 = fields not known
//    56   16 bytes fingerprint of the value type
//    72   u64 file id, random
//    80   12 bytes 0
//    92   u32 CRC-32C of the preceding bytes
//   kinds of types: 1 always, + 2 if keys are described by name, + 4 if values are; otherwise by their fields.
//     0 in files of earlier builds, whose fingerprint is 0 also for some types that are now described by name
//   blocks: all full except the last
//     0   u32 entries of the block
//     4   u32 CRC-32C of file id, block index (u64 each), the preceding number, and the entries
//     8   entries: key, value, key, value …, with their bytes in memory, without the gaps of the table
//   end, 16 bytes
//     0   magic "FSMAPEND"
//     8   u32 CRC-32C of file id, number of blocks, number of entries (u64 each)     12  u32 0
//
// Every length follows from the header, and the reader bounds the header by what it expects. A reader therefore never
// allocates more than one block for data that it has not verified. File id and block index are part of the checksums,
// so that a block in the wrong place is refused like a damaged one.

/// <summary>The header of a saved map.</summary>
internal readonly record struct MapFormat
{
    public const int HeaderBytes = 96;
    public const int BlockHeaderBytes = 8;
    public const int EndBytes = 16;
    private const uint CurrentVersion = 1;

    /// <summary>The size of the blocks that a writer produces: large enough that their headers and checks cost
    /// nothing.</summary>
    private const int BlockBytes = 64 * 1024;

    /// <summary>The maximum size of the blocks that a reader accepts.</summary>
    private const int MaxBlockBytes = 1024 * 1024;
    internal const int ChecksumOffset = HeaderBytes - sizeof(uint);

    // The bits of the kinds of types.
    internal const uint KindsAreKnown = 1;
    internal const uint KeysAreNamed = 2;
    internal const uint ValuesAreNamed = 4;

    internal static ReadOnlySpan<byte> Magic => "FSMAP\r\n\x1A"u8;

    internal static ReadOnlySpan<byte> EndMagic => "FSMAPEND"u8;

    internal static uint ByteOrder => BitConverter.IsLittleEndian ? 1u : 2u;

    public required int KeyBytes { get; init; }

    public required int ValueBytes { get; init; }

    public required int EntriesPerBlock { get; init; }

    public required long Count { get; init; }

    public required ulong FileId { get; init; }

    public int EntryBytes => KeyBytes + ValueBytes;

    /// <summary>The number of blocks of the whole file.</summary>
    public long Blocks => (Count / EntriesPerBlock) + (Count % EntriesPerBlock == 0 ? 0 : 1);

    /// <summary>The number of bytes of a full block with its header.</summary>
    public int FullBlockBytes => BlockHeaderBytes + (EntriesPerBlock * EntryBytes);

    /// <summary>Creates the header of a new file.</summary>
    public static MapFormat ForWriting<TKey, TValue>(long count)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        int entryBytes = Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>();
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(id);
        return new MapFormat
        {
            KeyBytes = Unsafe.SizeOf<TKey>(),
            ValueBytes = Unsafe.SizeOf<TValue>(),
            EntriesPerBlock = Math.Max(1, BlockBytes / entryBytes),
            Count = count,
            FileId = BinaryPrimitives.ReadUInt64LittleEndian(id),
        };
    }

    /// <summary>Writes the header.</summary>
    public void WriteHeader<TKey, TValue>(Span<byte> header, uint version = CurrentVersion)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        header[..HeaderBytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], ByteOrder);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], KeyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], ValueBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], EntriesPerBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(
            header[28..],
            KindsAreKnown
            | (TypeFingerprint.IsNamed<TKey>() ? KeysAreNamed : 0)
            | (TypeFingerprint.IsNamed<TValue>() ? ValuesAreNamed : 0));
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], Count);
        BinaryPrimitives.WriteUInt128LittleEndian(header[40..], TypeFingerprint.Of<TKey>());
        BinaryPrimitives.WriteUInt128LittleEndian(header[56..], TypeFingerprint.Of<TValue>());
        BinaryPrimitives.WriteUInt64LittleEndian(header[72..], FileId);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], Crc32C.Of(header[..ChecksumOffset]));
    }

    /// <summary>Reads a header, and refuses anything that is not a map of these types.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or is not that of such a map; the message gives
    /// the reason.</exception>
    public static MapFormat ReadHeader<TKey, TValue>(ReadOnlySpan<byte> header)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        uint kinds = RequireStart(header, CurrentVersion);
        RequireType<TKey>("keys", header[16..], header[40..], kinds == 0 ? null : (kinds & KeysAreNamed) != 0);
        RequireType<TValue>("values", header[20..], header[56..], kinds == 0 ? null : (kinds & ValuesAreNamed) != 0);

        int entriesPerBlock = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        int entryBytes = Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>();
        long count = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        Require(
            entriesPerBlock >= 1 && entriesPerBlock <= Math.Max(1, MaxBlockBytes / entryBytes),
            "The saved map has blocks of an invalid size.");
        Require(
            count >= 0 && count <= long.MaxValue / 2 / (entryBytes + BlockHeaderBytes),
            "The saved map has an invalid number of entries.");
        return new MapFormat
        {
            KeyBytes = Unsafe.SizeOf<TKey>(),
            ValueBytes = Unsafe.SizeOf<TValue>(),
            EntriesPerBlock = entriesPerBlock,
            Count = count,
            FileId = BinaryPrimitives.ReadUInt64LittleEndian(header[72..]),
        };
    }

    /// <summary>The number of bytes from the end of the header to the end of the file.</summary>
    public long BodyBytes => (Blocks * BlockHeaderBytes) + (Count * EntryBytes) + EndBytes;

    /// <summary>Returns the number of entries of a block.</summary>
    public int EntriesOf(long block) => (int)Math.Min(EntriesPerBlock, Count - (block * EntriesPerBlock));

    /// <summary>Completes a block whose entries are in place.</summary>
    public void SealBlock(Span<byte> block, long index)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block, EntriesOf(index));
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], ChecksumOf(block, index));
    }

    /// <summary>Checks a block.</summary>
    /// <exception cref="InvalidDataException">The block is damaged, or belongs to another place or file.</exception>
    public void RequireBlock(ReadOnlySpan<byte> block, long index) =>
        Require(
            BinaryPrimitives.ReadInt32LittleEndian(block) == EntriesOf(index)
                && BinaryPrimitives.ReadUInt32LittleEndian(block[4..]) == ChecksumOf(block, index),
            $"Block {index} of the saved map is damaged.");

    /// <summary>Writes the end of the file.</summary>
    public void WriteEnd(Span<byte> end)
    {
        end[..EndBytes].Clear();
        EndMagic.CopyTo(end);
        BinaryPrimitives.WriteUInt32LittleEndian(end[8..], ChecksumOfEnd());
    }

    /// <summary>Checks the end of the file.</summary>
    /// <exception cref="InvalidDataException">The end is damaged, or belongs to another file.</exception>
    public void RequireEnd(ReadOnlySpan<byte> end) =>
        Require(
            end[..8].SequenceEqual(EndMagic)
                && BinaryPrimitives.ReadUInt32LittleEndian(end[8..]) == ChecksumOfEnd()
                && BinaryPrimitives.ReadUInt32LittleEndian(end[12..]) == 0,
            "The end of the saved map is damaged.");

    /// <summary>Throws if a condition does not hold.</summary>
    /// <exception cref="InvalidDataException">The condition does not hold.</exception>
    public static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new InvalidDataException(message);
        }
    }

    /// <summary>Checks what all versions of the header have in common.</summary>
    /// <returns>The kinds of types.</returns>
    internal static uint RequireStart(ReadOnlySpan<byte> header, uint expectedVersion)
    {
        Require(header[..8].SequenceEqual(Magic), "The data is not a saved map.");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        Require(
            version is CurrentVersion or RecordFormat.CurrentVersion or CacheFormat.CurrentVersion,
            $"The map was saved in format {version}; this library reads formats {CurrentVersion} to "
            + $"{CacheFormat.CurrentVersion}.");
        Require(
            BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumOffset..]) == Crc32C.Of(header[..ChecksumOffset]),
            "The header of the saved map is damaged.");
        Require(
            version == expectedVersion,
            version switch
            {
                CurrentVersion => "The saved map has keys of a fixed size. ShardMap reads it.",
                RecordFormat.CurrentVersion =>
                    "The saved map has keys of any length. TextShardMap, BytesShardMap or BlobShardMap reads it.",
                _ => "The file is a saved cache. ShardCache reads it, or BlobShardCache.",
            });
        Require(
            BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == ByteOrder,
            "The map was saved on a machine with the other byte order.");
        uint kinds = BinaryPrimitives.ReadUInt32LittleEndian(header[28..]);
        Require(
            kinds == 0 || (kinds & ~(KeysAreNamed | ValuesAreNamed)) == KindsAreKnown,
            "The saved map has types of a kind that this library does not support.");
        return kinds;
    }

    internal static void RequireType<T>(
        string what, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> fingerprint, bool? isNamed)
        where T : unmanaged
    {
        int saved = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        Require(
            saved == Unsafe.SizeOf<T>()
                && TypeFingerprint.Match<T>(BinaryPrimitives.ReadUInt128LittleEndian(fingerprint), isNamed),
            $"The {what} of the saved map, of {saved} bytes, are not {typeof(T)}, of {Unsafe.SizeOf<T>()} bytes: "
            + "they have other fields, other types of fields, or another order of fields.");
    }

    private uint ChecksumOf(ReadOnlySpan<byte> block, long index)
    {
        Crc32C crc = default;
        crc.Add(FileId);
        crc.Add((ulong)index);
        crc.Add(block[..4]);
        crc.Add(block[BlockHeaderBytes..]);
        return crc.Value;
    }

    private uint ChecksumOfEnd()
    {
        Crc32C crc = default;
        crc.Add(FileId);
        crc.Add((ulong)Blocks);
        crc.Add((ulong)Count);
        return crc.Value;
    }
}
