using System.Buffers.Binary;
using FastShardMap.Layout;

namespace FastShardMap.Serialization;

// THE FORMAT, version 2, of maps whose values have any length: as RecordFormat, except
//
//   header
//    20   u32 0
//    56   16 bytes "blob", followed by zeros
//   blocks: together they contain the entries one after another. A block ends after its maximum number of bytes, which
//   may be in the middle of an entry, and so a block may be the end of no entry.
//     0   u32 entries that end in the block
//    16   entries: length of the key, key, length of the value, value, length of the next key …
//
// A reader keeps the part of an entry that it has verified. So its memory grows with what it has read, and not with the
// length that an entry claims.

/// <summary>The parts of a saved map that depend on values being of any length.</summary>
internal static class BlobFormat
{
    /// <summary>The number of bytes of the entries of a full block.</summary>
    public const int BlockBytes = RecordFormat.BlockBytes;

    /// <summary>The maximum number of bytes of the lengths of a key and a value.</summary>
    public const int MaxLengthsBytes = RecordFormat.MaxLengthBytes + MaxValueLengthBytes;

    /// <summary>The number of bytes of the shortest value: those of its length.</summary>
    private const int MinValueBytes = 1;

    private const int MaxValueLengthBytes = 5;

    private static ReadOnlySpan<byte> Name => "blob"u8;

    /// <summary>Creates the header of a new file.</summary>
    public static RecordFormat ForWriting(long count) =>
        RecordFormat.ForWriting<byte>(count) with { ValueBytes = MinValueBytes, MaxEntriesBytes = BlockBytes };

    /// <summary>Writes the header.</summary>
    public static void WriteHeader(
        RecordFormat format, Span<byte> header, KeyForm form, uint version = RecordFormat.CurrentVersion)
    {
        format.WriteHeader<byte>(header, form, version);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], MapFormat.KindsAreKnown | MapFormat.KeysAreNamed);
        Span<byte> fingerprint = header.Slice(56, RecordFormat.FingerprintBytes);
        fingerprint.Clear();
        Name.CopyTo(fingerprint);
        BinaryPrimitives.WriteUInt32LittleEndian(
            header[MapFormat.ChecksumOffset..], Crc32C.Of(header[..MapFormat.ChecksumOffset]));
    }

    /// <summary>Reads a header, and refuses anything that is not a map of such keys and values of any length.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or is not that of such a map; the message gives
    /// the reason.</exception>
    public static RecordFormat ReadHeader(
        ReadOnlySpan<byte> header, KeyForm form, uint version = RecordFormat.CurrentVersion)
    {
        RecordFormat.RequireKeys(header, form, version);
        ReadOnlySpan<byte> fingerprint = header.Slice(56, RecordFormat.FingerprintBytes);
        MapFormat.Require(
            BinaryPrimitives.ReadInt32LittleEndian(header[20..]) == 0
                && fingerprint.StartsWith(Name)
                && fingerprint[Name.Length..].IndexOfAnyExcept((byte)0) < 0,
            "The values of the saved map have a fixed size. TextShardMap reads it.");
        return RecordFormat.ReadSizes(header, MinValueBytes);
    }

    /// <summary>Reads the head of a block, whose checksum is not verified yet.</summary>
    /// <param name="format">The header.</param>
    /// <param name="head">The head.</param>
    /// <param name="index">The index of the block.</param>
    /// <param name="left">The number of entries that the file still has.</param>
    /// <exception cref="InvalidDataException">No block has this head.</exception>
    public static (int Entries, int Bytes) ReadBlockHeader(
        RecordFormat format, ReadOnlySpan<byte> head, long index, long left)
    {
        int entries = BinaryPrimitives.ReadInt32LittleEndian(head);
        int bytes = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        RecordFormat.RequireBlock(
            entries >= 0
                && entries <= left
                && bytes > 0
                && bytes <= format.MaxEntriesBytes
                && BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) == 0,
            index);
        return (entries, bytes);
    }

    /// <summary>Reads the lengths of an entry.</summary>
    /// <param name="source">The entry, perhaps without its end.</param>
    /// <param name="keyStart">Receives the offset of the key.</param>
    /// <param name="keyLength">Receives the length of the key.</param>
    /// <param name="valueStart">Receives the offset of the value.</param>
    /// <param name="valueLength">Receives the length of the value.</param>
    /// <param name="isDamaged">Receives whether no entry begins like this.</param>
    /// <returns>Whether the lengths are there in full.</returns>
    public static bool TryReadLengths(
        ReadOnlySpan<byte> source,
        out int keyStart,
        out int keyLength,
        out int valueStart,
        out int valueLength,
        out bool isDamaged)
    {
        valueStart = 0;
        valueLength = 0;
        keyStart = RecordFormat.ReadLength(
            source, RecordKey.MaxBytes, RecordFormat.MaxLengthBytes, out keyLength, out isDamaged);
        if (keyStart == 0 || source.Length - keyStart < keyLength)
        {
            return false;
        }

        int afterKey = keyStart + keyLength;
        int bytes = RecordFormat.ReadLength(
            source[afterKey..], BlobRef.MaxBytes, MaxValueLengthBytes, out valueLength, out isDamaged);
        valueStart = afterKey + bytes;
        return bytes != 0;
    }
}
