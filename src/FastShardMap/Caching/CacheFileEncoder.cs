using FastShardMap.Serialization;

namespace FastShardMap.Caching;

/// <summary>Turns a cache into the pieces of a file, one after another in the same buffer. Holds the lock of one shard
/// for a few entries at a time.</summary>
/// <param name="rings">The positions in the rings: main rings by shard, then small ones.</param>
/// <param name="entriesPerHold">The number of entries that are read in one hold of a lock.</param>
/// <param name="headBytes">The number of bytes before the entries of a block.</param>
/// <param name="maxEntriesBytes">The maximum number of bytes of the entries of a block.</param>
/// <param name="progress">Receives the number of entries written.</param>
internal abstract class CacheFileEncoder(
    uint[][][] rings, int entriesPerHold, int headBytes, int maxEntriesBytes, IProgress<long>? progress)
    : IPieceEncoder
{
    private readonly int _headBytes = headBytes;
    private readonly int _maxEntriesBytes = maxEntriesBytes;
    private readonly byte[] _buffer = new byte[headBytes + Math.Max(maxEntriesBytes, MapFormat.HeaderBytes)];
    private PieceProgress _progress = new(progress);
    private bool _isBegun;
    private bool _isEnded;
    private int _ring;
    private int _part;
    private int _shard;
    private long _blocks;
    private long _written;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Next()
    {
        if (!_isBegun)
        {
            _isBegun = true;
            WriteHeader(_buffer);
            return _buffer.AsMemory(0, MapFormat.HeaderBytes);
        }

        int filled = _headBytes + Fill(_buffer.AsSpan(_headBytes, _maxEntriesBytes), out int entries);
        if (filled > _headBytes)
        {
            SealBlock(_buffer.AsSpan(0, filled), _blocks++, entries);
            _written += entries;
            _progress.Add(filled, _written);
            return _buffer.AsMemory(0, filled);
        }

        if (!_isEnded)
        {
            _isEnded = true;
            return _buffer.AsMemory(0, WriteEnd(_buffer, _blocks, _written));
        }

        _progress.End(_written);
        return default;
    }

    protected abstract void WriteHeader(Span<byte> header);

    /// <summary>Writes the entries of the next block.</summary>
    /// <param name="destination">Room for the entries of a block.</param>
    /// <param name="entries">Receives the number of entries that end in the block.</param>
    /// <returns>The number of bytes written; 0 if there are no entries left.</returns>
    protected abstract int Fill(Span<byte> destination, out int entries);

    protected abstract void SealBlock(Span<byte> block, long index, int entries);

    /// <returns>The number of bytes written.</returns>
    protected abstract int WriteEnd(Span<byte> end, long blocks, long entries);

    /// <summary>Returns the positions that are next. The rings of all shards are walked in step: each is divided into
    /// the same number of parts.</summary>
    protected bool NextPart(out int shard, out bool isMain, out ReadOnlyMemory<uint> positions)
    {
        for (; _ring < rings.Length; _ring++)
        {
            uint[][] shards = rings[_ring];
            int parts = (shards.Max(static ring => ring.Length) + entriesPerHold - 1) / entriesPerHold;
            for (; _part < parts; _part++)
            {
                if (_shard < shards.Length)
                {
                    shard = _shard++;
                    isMain = _ring == 0;
                    uint[] ring = shards[shard];
                    int from = (int)((long)ring.Length * _part / parts);
                    positions = ring.AsMemory(from, (int)((long)ring.Length * (_part + 1) / parts) - from);
                    return true;
                }

                _shard = 0;
            }

            _part = 0;
        }

        shard = 0;
        isMain = false;
        positions = default;
        return false;
    }
}
