using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastShardMap.Serialization;

// THE FORMAT, version 3, of caches. The numbers of the format itself are little-endian.
//
//   header, 96 bytes: as in version 1 (MapFormat), except
//     8   u32 format version          3
//    24   u32 maximum bytes of the entries of a block
//    32   i64 0: the number of entries is at the end, because a cache changes while it is saved
//   blocks: any number of entries each, at least one
//     0   u32 entries of the block
//     4   u32 CRC-32C of file id, block index (u64 each), the preceding number, and the entries
//     8   entries: key, value, life, use, key, value, life, use …
//   end, 24 bytes
//     0   u32 0                       in the place of the number of entries
//     4   u32 CRC-32C of file id, number of blocks, number of entries (u64 each)
//     8   magic "FSMAPEND"            16  i64 number of entries
//
//   life: u32, the ticks of 16 ms until the entry expires; 0 for never
//   use: u8, bits 0 and 1: the mark of the entry; bit 2: whether the entry is in the main ring; the others 0
//
//   BlobCacheFormat describes the files of caches whose values have any length.
//
// The entries of the main rings come first. The oldest entries of all shards come before younger ones, as far as the
// order of two shards can be compared. A reader allocates one block for lengths that it has not verified.

/// <summary>The header of a saved cache.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CacheFormat
{
    public const uint CurrentVersion = 3;
    public const int EndBytes = 24;

    /// <summary>A writer ends a block at the latest after this many bytes, unless an entry has more.</summary>
    public const int BlockBytes = 64 * 1024;

    /// <summary>The bytes of life and use.</summary>
    public const int ExtraBytes = sizeof(uint) + 1;

    private const int MaxBlockBytes = 1024 * 1024;

    public required int EntryBytes { get; init; }

    public required int MaxEntriesBytes { get; init; }

    public required ulong FileId { get; init; }

    /// <summary>Creates the header of a new file.</summary>
    public static CacheFormat ForWriting<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged
    {
        int entryBytes = Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>() + ExtraBytes;
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(id);
        return new CacheFormat
        {
            EntryBytes = entryBytes,
            MaxEntriesBytes = Math.Max(1, BlockBytes / entryBytes) * entryBytes,
            FileId = BinaryPrimitives.ReadUInt64LittleEndian(id),
        };
    }

    /// <summary>Writes the header.</summary>
    public void WriteHeader<TKey, TValue>(Span<byte> header)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        MapFormat ofMap = new()
        {
            KeyBytes = Unsafe.SizeOf<TKey>(),
            ValueBytes = Unsafe.SizeOf<TValue>(),
            EntriesPerBlock = MaxEntriesBytes,
            Count = 0,
            FileId = FileId,
        };
        ofMap.WriteHeader<TKey, TValue>(header, CurrentVersion);
    }

    /// <summary>Reads a header, and refuses anything that is not a cache of these types.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or is not that of such a cache; the message gives
    /// the reason.</exception>
    public static CacheFormat ReadHeader<TKey, TValue>(ReadOnlySpan<byte> header)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        uint kinds = MapFormat.RequireStart(header, CurrentVersion);
        MapFormat.RequireType<TKey>("keys", header[16..], header[40..], (kinds & MapFormat.KeysAreNamed) != 0);
        MapFormat.RequireType<TValue>("values", header[20..], header[56..], (kinds & MapFormat.ValuesAreNamed) != 0);
        int entryBytes = Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>() + ExtraBytes;
        int maxEntriesBytes = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        MapFormat.Require(
            maxEntriesBytes >= entryBytes && maxEntriesBytes <= MaxBlockBytes,
            "The saved cache has blocks of an invalid size.");
        return new CacheFormat
        {
            EntryBytes = entryBytes,
            MaxEntriesBytes = maxEntriesBytes,
            FileId = BinaryPrimitives.ReadUInt64LittleEndian(header[72..]),
        };
    }

    /// <summary>Completes a block whose entries are in place.</summary>
    public void SealBlock(Span<byte> block, long index)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block, (block.Length - MapFormat.BlockHeaderBytes) / EntryBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], ChecksumOf(block, index));
    }

    /// <summary>Reads the head of a block, whose checksum is not verified yet.</summary>
    /// <returns>The number of bytes of the entries; 0 if this is the end.</returns>
    /// <exception cref="InvalidDataException">No block has this head.</exception>
    public int ReadBlockHeader(ReadOnlySpan<byte> head, long index)
    {
        uint entries = BinaryPrimitives.ReadUInt32LittleEndian(head);
        RequireBlock(entries <= (uint)(MaxEntriesBytes / EntryBytes), index);
        return (int)entries * EntryBytes;
    }

    /// <summary>Checks a block with its head.</summary>
    /// <exception cref="InvalidDataException">The block is damaged, or belongs to another place or file.</exception>
    public void RequireBlock(ReadOnlySpan<byte> block, long index) =>
        RequireBlock(BinaryPrimitives.ReadUInt32LittleEndian(block[4..]) == ChecksumOf(block, index), index);

    /// <summary>Throws if a condition of a block does not hold.</summary>
    /// <exception cref="InvalidDataException">The condition does not hold.</exception>
    public static void RequireBlock(bool condition, long index) =>
        MapFormat.Require(condition, $"Block {index} of the saved cache is damaged.");

    /// <summary>Writes the end of the file.</summary>
    public void WriteEnd(Span<byte> end, long blocks, long entries)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(end[4..], ChecksumOfEnd(blocks, entries));
        MapFormat.EndMagic.CopyTo(end[8..]);
        BinaryPrimitives.WriteInt64LittleEndian(end[16..], entries);
    }

    /// <summary>Checks the end of the file.</summary>
    /// <exception cref="InvalidDataException">The end is damaged, or belongs to another file.</exception>
    public void RequireEnd(ReadOnlySpan<byte> end, long blocks, long entries) =>
        MapFormat.Require(
            end.Slice(8, 8).SequenceEqual(MapFormat.EndMagic)
                && BinaryPrimitives.ReadInt64LittleEndian(end[16..]) == entries
                && BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) == ChecksumOfEnd(blocks, entries),
            "The end of the saved cache is damaged.");

    private uint ChecksumOf(ReadOnlySpan<byte> block, long index)
    {
        Crc32C crc = default;
        crc.Add(FileId);
        crc.Add((ulong)index);
        crc.Add(block[..4]);
        crc.Add(block[MapFormat.BlockHeaderBytes..]);
        return crc.Value;
    }

    private uint ChecksumOfEnd(long blocks, long entries)
    {
        Crc32C crc = default;
        crc.Add(FileId);
        crc.Add((ulong)blocks);
        crc.Add((ulong)entries);
        return crc.Value;
    }
}
