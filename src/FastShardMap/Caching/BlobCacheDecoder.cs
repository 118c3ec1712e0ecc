using System.Buffers.Binary;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Serialization;

namespace FastShardMap.Caching;

/// <summary>Turns the pieces of a file into the entries of a cache with values of any length that no other code can
/// access yet.</summary>
/// <remarks>Entries that are too large for the new cache are counted as refused, and left out.</remarks>
internal sealed class BlobCacheDecoder(
    ShardCache<RecordKey, BlobRef, RecordKeyHasher> cache, IProgress<long>? progress)
    : CacheFileDecoder(RecordFormat.BlockHeaderBytes, BlobCacheFormat.EndBytes, progress)
{
    private readonly PendingBytes _pending = new();
    private RecordFormat _format;
    private int _ending;

    /// <inheritdoc/>
    protected override int ReadHeader(ReadOnlySpan<byte> header)
    {
        _format = BlobCacheFormat.ReadHeader(header);
        return _format.MaxEntriesBytes;
    }

    /// <inheritdoc/>
    protected override int ReadBlockHeader(ReadOnlySpan<byte> head)
    {
        (_ending, int bytes) = BlobCacheFormat.ReadBlockHeader(_format, head, Block);
        return bytes;
    }

    /// <inheritdoc/>
    protected override int AcceptBlock(ReadOnlySpan<byte> block)
    {
        _format.RequireBlock(block, Block);
        _pending.Append(block[RecordFormat.BlockHeaderBytes..]);
        int ended = _pending.TakeEntries(AcceptEntry);
        CacheFormat.RequireBlock(ended == _ending, Block);
        return ended;
    }

    /// <inheritdoc/>
    protected override void RequireEnd(ReadOnlySpan<byte> end)
    {
        BlobCacheFormat.RequireEnd(_format, end, Block, Entries);
        CacheFormat.RequireBlock(_pending.Count == 0, Block);
    }

    /// <returns>The number of bytes of the entry; 0 if it is not there in full.</returns>
    private unsafe int AcceptEntry(ReadOnlySpan<byte> source)
    {
        if (source.Length < BlobCacheFormat.UseBytes)
        {
            return 0;
        }

        uint life = BinaryPrimitives.ReadUInt32LittleEndian(source);
        SavedUse use = new(source[sizeof(uint)]);
        ReadOnlySpan<byte> entry = source[BlobCacheFormat.UseBytes..];
        bool known = BlobFormat.TryReadLengths(
            entry, out int keyStart, out int keyLength, out int valueStart, out int valueLength, out bool isDamaged);
        CacheFormat.RequireBlock(!isDamaged && life < ExpiryTick.MaxLife && use.IsValid, Block);
        if (!known || entry.Length - valueStart < valueLength)
        {
            return 0;
        }

        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = entry)
        {
            RecordKey key = KeyBytes.Present(bytes + keyStart, keyLength, buffer, cache.Shards.Seed);
            if (cache.IsTooLarge(keyLength, valueLength))
            {
                cache.CountRefusal();
            }
            else
            {
                cache.Restore(key, BlobRef.Present(bytes + valueStart, valueLength), life, use);
            }
        }

        return BlobCacheFormat.UseBytes + valueStart + valueLength;
    }
}
