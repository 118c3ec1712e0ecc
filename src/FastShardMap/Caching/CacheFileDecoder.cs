using FastShardMap.Serialization;

namespace FastShardMap.Caching;

/// <summary>Turns the pieces of a file into the entries of a cache that no other code can access yet.</summary>
/// <param name="headBytes">The number of bytes before the entries of a block.</param>
/// <param name="endBytes">The number of bytes of the end.</param>
/// <param name="progress">Receives the number of entries read.</param>
internal abstract class CacheFileDecoder(int headBytes, int endBytes, IProgress<long>? progress) : IPieceDecoder
{
    private PieceProgress _progress = new(progress);
    private byte[] _buffer = new byte[MapFormat.HeaderBytes];
    private Piece _next = Piece.Header;
    private int _entriesBytes;

    private enum Piece
    {
        Header,
        BlockHeader,
        Entries,
        End,
        None,
    }

    /// <inheritdoc/>
    public Memory<byte> Wanted => _next switch
    {
        Piece.Header => _buffer.AsMemory(0, MapFormat.HeaderBytes),
        Piece.BlockHeader => _buffer.AsMemory(0, headBytes),
        Piece.Entries => _buffer.AsMemory(headBytes, _entriesBytes),
        Piece.End => _buffer.AsMemory(headBytes, endBytes - headBytes),
        _ => default,
    };

    /// <summary>The index of the block.</summary>
    protected long Block { get; private set; }

    /// <summary>The number of entries read.</summary>
    protected long Entries { get; private set; }

    /// <inheritdoc/>
    public void Accept()
    {
        switch (_next)
        {
            case Piece.Header:
                _buffer = new byte[headBytes + Math.Max(ReadHeader(_buffer), endBytes)];
                _next = Piece.BlockHeader;
                break;
            case Piece.BlockHeader:
                _entriesBytes = ReadBlockHeader(_buffer);
                _next = _entriesBytes == 0 ? Piece.End : Piece.Entries;
                break;
            case Piece.Entries:
                Entries += AcceptBlock(_buffer.AsSpan(0, headBytes + _entriesBytes));
                Block++;
                _progress.Add(_entriesBytes, Entries);
                _next = Piece.BlockHeader;
                break;
            default:
                RequireEnd(_buffer);
                _progress.End(Entries);
                _next = Piece.None;
                break;
        }
    }

    /// <returns>The maximum number of bytes of the entries of a block.</returns>
    protected abstract int ReadHeader(ReadOnlySpan<byte> header);

    /// <summary>Reads the head of a block, whose checksum is not verified yet.</summary>
    /// <returns>The number of bytes of the entries; 0 if this is the end.</returns>
    protected abstract int ReadBlockHeader(ReadOnlySpan<byte> head);

    /// <summary>Checks a block, and stores its entries.</summary>
    /// <param name="block">The block with its head.</param>
    /// <returns>The number of entries that end in it.</returns>
    protected abstract int AcceptBlock(ReadOnlySpan<byte> block);

    protected abstract void RequireEnd(ReadOnlySpan<byte> end);
}
