using FastShardMap.Serialization;

namespace FastShardMap.Caching;

/// <summary>Turns a cache into the pieces of a file.</summary>
internal sealed class CacheEncoder<TKey, TValue, THasher> : CacheFileEncoder
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Entries that are read in one hold of a lock: a few microseconds.</summary>
    private const int MaxEntriesPerHold = 64;

    private readonly ShardCache<TKey, TValue, THasher> _cache;
    private readonly CacheFormat _format;

    public CacheEncoder(ShardCache<TKey, TValue, THasher> cache, IProgress<long>? progress)
        : this(cache, CacheFormat.ForWriting<TKey, TValue>(), progress)
    {
    }

    private CacheEncoder(ShardCache<TKey, TValue, THasher> cache, CacheFormat format, IProgress<long>? progress)
        : base(
            cache.CopyRings(), EntriesPerHold(format), MapFormat.BlockHeaderBytes, format.MaxEntriesBytes, progress)
    {
        _cache = cache;
        _format = format;
    }

    /// <inheritdoc/>
    protected override void WriteHeader(Span<byte> header) => _format.WriteHeader<TKey, TValue>(header);

    /// <inheritdoc/>
    protected override int Fill(Span<byte> destination, out int entries)
    {
        int filled = 0;
        int hold = EntriesPerHold(_format) * _format.EntryBytes;
        while (filled + hold <= destination.Length
            && NextPart(out int shard, out bool isMain, out ReadOnlyMemory<uint> positions))
        {
            filled += _cache.Pack(shard, positions.Span, isMain, destination[filled..]);
        }

        entries = filled / _format.EntryBytes;
        return filled;
    }

    /// <inheritdoc/>
    protected override void SealBlock(Span<byte> block, long index, int entries) => _format.SealBlock(block, index);

    /// <inheritdoc/>
    protected override int WriteEnd(Span<byte> end, long blocks, long entries)
    {
        _format.WriteEnd(end, blocks, entries);
        return CacheFormat.EndBytes;
    }

    private static int EntriesPerHold(CacheFormat format) =>
        Math.Min(MaxEntriesPerHold, format.MaxEntriesBytes / format.EntryBytes);
}
