namespace FastShardMap.Serialization;

/// <summary>Turns the pieces of a file of version 2 (<see cref="RecordFormat"/>) into the entries of a map that no
/// other code can access yet.</summary>
/// <remarks>Memory grows with the bytes that were verified, and not with what the header claims.</remarks>
internal abstract class RecordFileDecoder(long availableBytes, IProgress<long>? progress) : IPieceDecoder
{
    private PieceProgress _progress = new(progress);
    private byte[] _buffer = new byte[MapFormat.HeaderBytes];
    private Step _step = Step.Header;
    private int _entries;
    private int _bytes;

    private enum Step
    {
        Header,
        BlockHeader,
        Block,
        End,
        Done,
    }

    /// <inheritdoc/>
    public Memory<byte> Wanted => _step switch
    {
        Step.Header => _buffer.AsMemory(0, MapFormat.HeaderBytes),
        Step.BlockHeader => _buffer.AsMemory(0, RecordFormat.BlockHeaderBytes),
        Step.Block => _buffer.AsMemory(RecordFormat.BlockHeaderBytes, _bytes),
        Step.End => _buffer.AsMemory(0, MapFormat.EndBytes),
        _ => default,
    };

    protected RecordFormat Format { get; private set; }

    /// <summary>The index of the block.</summary>
    protected long Block { get; private set; }

    /// <summary>The number of entries in the blocks before this one.</summary>
    protected long Entries { get; private set; }

    /// <inheritdoc/>
    public void Accept()
    {
        switch (_step)
        {
            case Step.Header:
                AcceptHeader();
                break;
            case Step.BlockHeader:
                (_entries, _bytes) = ReadBlockHeader(_buffer);
                if (_buffer.Length < RecordFormat.BlockHeaderBytes + _bytes)
                {
                    Array.Resize(ref _buffer, RecordFormat.BlockHeaderBytes + _bytes);
                }

                _step = Step.Block;
                break;
            case Step.Block:
                AcceptBlock();
                break;
            default:
                Format.RequireEnd(_buffer, Block);
                _progress.End(Format.Count);
                _step = Step.Done;
                break;
        }
    }

    protected abstract RecordFormat ReadHeader(ReadOnlySpan<byte> header);

    /// <summary>Reads the head of a block, whose checksum is not verified yet.</summary>
    protected abstract (int Entries, int Bytes) ReadBlockHeader(ReadOnlySpan<byte> head);

    /// <summary>Processes the verified bytes of a block.</summary>
    /// <param name="bytes">The bytes behind the head.</param>
    /// <param name="entries">The number of entries that the head states.</param>
    protected abstract void AcceptEntries(ReadOnlySpan<byte> bytes, int entries);

    private void AcceptHeader()
    {
        Format = ReadHeader(_buffer);
        if (availableBytes >= 0 && availableBytes - MapFormat.HeaderBytes < Format.MinBodyBytes)
        {
            throw PieceReader.Truncated();
        }

        _step = Format.Count == 0 ? Step.End : Step.BlockHeader;
    }

    private void AcceptBlock()
    {
        ReadOnlySpan<byte> block = _buffer.AsSpan(0, RecordFormat.BlockHeaderBytes + _bytes);
        Format.RequireBlock(block, Block);
        AcceptEntries(block[RecordFormat.BlockHeaderBytes..], _entries);
        Block++;
        Entries += _entries;
        bool isLast = Entries == Format.Count;
        _progress.Add(_bytes, Entries, isLast);
        _step = isLast ? Step.End : Step.BlockHeader;
    }
}
