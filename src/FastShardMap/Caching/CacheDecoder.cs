using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Serialization;

namespace FastShardMap.Caching;

/// <summary>Turns the pieces of a file into the entries of a cache that no other code can access yet.</summary>
internal sealed class CacheDecoder<TKey, TValue, THasher>(
    ShardCache<TKey, TValue, THasher> cache, IProgress<long>? progress)
    : CacheFileDecoder(MapFormat.BlockHeaderBytes, CacheFormat.EndBytes, progress)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private CacheFormat _format;

    /// <inheritdoc/>
    protected override int ReadHeader(ReadOnlySpan<byte> header)
    {
        _format = CacheFormat.ReadHeader<TKey, TValue>(header);
        return _format.MaxEntriesBytes;
    }

    /// <inheritdoc/>
    protected override int ReadBlockHeader(ReadOnlySpan<byte> head) => _format.ReadBlockHeader(head, Block);

    /// <inheritdoc/>
    protected override int AcceptBlock(ReadOnlySpan<byte> block)
    {
        _format.RequireBlock(block, Block);
        int entries = 0;
        for (ReadOnlySpan<byte> left = block[MapFormat.BlockHeaderBytes..];
            !left.IsEmpty;
            left = left[_format.EntryBytes..])
        {
            AcceptEntry(left[.._format.EntryBytes]);
            entries++;
        }

        return entries;
    }

    /// <inheritdoc/>
    protected override void RequireEnd(ReadOnlySpan<byte> end) => _format.RequireEnd(end, Block, Entries);

    private void AcceptEntry(ReadOnlySpan<byte> bytes)
    {
        TKey key = MemoryMarshal.Read<TKey>(bytes);
        TValue value = MemoryMarshal.Read<TValue>(bytes[Unsafe.SizeOf<TKey>()..]);
        uint life = BinaryPrimitives.ReadUInt32LittleEndian(bytes[^CacheFormat.ExtraBytes..]);
        SavedUse use = new(bytes[^1]);
        CacheFormat.RequireBlock(life < ExpiryTick.MaxLife && use.IsValid, Block);
        cache.Restore(key, value, life, use);
    }
}
