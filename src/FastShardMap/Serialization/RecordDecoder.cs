using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Serialization;

/// <summary>Turns the pieces of a file into the entries of a map with keys of any length that no other code can access
/// yet.</summary>
internal sealed class RecordDecoder<TValue>(
    ShardMap<RecordKey, TValue, RecordKeyHasher> map, KeyForm form, long availableBytes, IProgress<long>? progress)
    : RecordFileDecoder(availableBytes, progress)
    where TValue : unmanaged
{
    /// <summary>Bytes of entries for which memory is reserved on the basis of the header alone.</summary>
    private const int TrustedBytes = 16 * 1024 * 1024;
    private const int ReserveGrowth = 4;

    private long _reserved;

    /// <inheritdoc/>
    protected override RecordFormat ReadHeader(ReadOnlySpan<byte> header) =>
        RecordFormat.ReadHeader<TValue>(header, form);

    /// <inheritdoc/>
    protected override (int Entries, int Bytes) ReadBlockHeader(ReadOnlySpan<byte> head) =>
        Format.ReadBlockHeader(head, Block, Format.Count - Entries);

    /// <inheritdoc/>
    protected override void AcceptEntries(ReadOnlySpan<byte> bytes, int entries)
    {
        Reserve();
        for (int entry = 0; entry < entries; entry++)
        {
            bytes = bytes[AcceptEntry(bytes)..];
        }

        RecordFormat.RequireBlock(bytes.IsEmpty, Block);
    }

    private unsafe int AcceptEntry(ReadOnlySpan<byte> source)
    {
        int start = RecordFormat.ReadLength(source, out int length);
        RecordFormat.RequireBlock(start > 0 && source.Length - start - length >= sizeof(TValue), Block);
        TValue value = MemoryMarshal.Read<TValue>(source[(start + length)..]);
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = source[start..])
        {
            RecordKey key = KeyBytes.Present(bytes, length, buffer, map.Shards.Seed);
            MapFormat.Require(map.TryAdd(key, value), "The saved map contains a key twice.");
        }

        return start + length + sizeof(TValue);
    }

    /// <summary>Reserves tables for the whole file if the file is small, and otherwise for a few times the entries read
    /// so far.</summary>
    private void Reserve()
    {
        if (Entries < _reserved || _reserved == Format.Count)
        {
            return;
        }

        long trusted = TrustedBytes / (sizeof(ulong) + sizeof(ulong) + Format.ValueBytes);
        _reserved = Math.Min(Format.Count, Math.Max(trusted, Entries * ReserveGrowth));
        map.EnsureCapacity(_reserved);
    }
}
