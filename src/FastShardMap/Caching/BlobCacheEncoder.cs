using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Serialization;

namespace FastShardMap.Caching;

/// <summary>Turns a cache with values of any length into the pieces of a file.</summary>
internal sealed class BlobCacheEncoder : CacheFileEncoder
{
    /// <summary>Entries that are read in one hold of a lock, if they have no more than
    /// <see cref="BytesPerHold"/>.</summary>
    private const int EntriesPerHold = 64;

    private const int BytesPerHold = 64 * 1024;

    private readonly ShardCache<RecordKey, BlobRef, RecordKeyHasher> _cache;
    private readonly RecordFormat _format = BlobCacheFormat.ForWriting();
    private readonly int[] _ends = new int[EntriesPerHold];

    // Entries that were read under the lock, and are written next.
    private byte[] _staged = new byte[BytesPerHold];
    private int _stagedFrom;
    private int _stagedEnd;
    private int _firstEnd;
    private int _lastEnd;

    // Positions whose entries are read next.
    private ReadOnlyMemory<uint> _positions;
    private int _shard;
    private bool _isMain;

    public BlobCacheEncoder(ShardCache<RecordKey, BlobRef, RecordKeyHasher> cache, IProgress<long>? progress)
        : base(cache.CopyRings(), EntriesPerHold, RecordFormat.BlockHeaderBytes, BlobFormat.BlockBytes, progress) =>
        _cache = cache;

    /// <inheritdoc/>
    protected override void WriteHeader(Span<byte> header) => BlobCacheFormat.WriteHeader(_format, header);

    /// <inheritdoc/>
    protected override int Fill(Span<byte> destination, out int entries)
    {
        int filled = 0;
        entries = 0;
        while (filled < destination.Length && (_stagedFrom < _stagedEnd || TryStage()))
        {
            int copied = Math.Min(_stagedEnd - _stagedFrom, destination.Length - filled);
            _staged.AsSpan(_stagedFrom, copied).CopyTo(destination[filled..]);
            filled += copied;
            _stagedFrom += copied;
            for (; _firstEnd < _lastEnd && _ends[_firstEnd] <= _stagedFrom; _firstEnd++)
            {
                entries++;
            }
        }

        return filled;
    }

    /// <inheritdoc/>
    protected override void SealBlock(Span<byte> block, long index, int entries) =>
        _format.SealBlock(block, index, entries);

    /// <inheritdoc/>
    protected override int WriteEnd(Span<byte> end, long blocks, long entries)
    {
        BlobCacheFormat.WriteEnd(_format, end, blocks, entries);
        return BlobCacheFormat.EndBytes;
    }

    /// <summary>Reads the next entries.</summary>
    /// <returns>Whether there are any.</returns>
    private bool TryStage()
    {
        int room = BytesPerHold;
        _stagedFrom = _firstEnd = _lastEnd = _stagedEnd = 0;
        while (_stagedEnd == 0)
        {
            if (_positions.IsEmpty && !NextPart(out _shard, out _isMain, out _positions))
            {
                return false;
            }

            if (_staged.Length < room)
            {
                _staged = new byte[room];
            }

            int looked = _cache.PackBlobs(
                _shard, _positions.Span, _isMain, _staged.AsSpan(0, room), _ends, out _lastEnd, out room);
            _positions = _positions[looked..];
            _stagedEnd = _lastEnd == 0 ? 0 : _ends[_lastEnd - 1];
            room = Math.Max(room, BytesPerHold);
        }

        return true;
    }
}
