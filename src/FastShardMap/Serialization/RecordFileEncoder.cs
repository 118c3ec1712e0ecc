namespace FastShardMap.Serialization;

/// <summary>Turns entries into the pieces of a file of version 2 (<see cref="RecordFormat"/>), one after another in the
/// same buffer.</summary>
/// <param name="format">The header.</param>
/// <param name="maxEntriesBytes">The maximum number of bytes of the entries of a block.</param>
/// <param name="progress">Receives the number of entries written.</param>
internal abstract class RecordFileEncoder(RecordFormat format, int maxEntriesBytes, IProgress<long>? progress)
    : IPieceEncoder
{
    private readonly byte[] _buffer = new byte[RecordFormat.BlockHeaderBytes + maxEntriesBytes];
    private PieceProgress _progress = new(progress);
    private long _written;
    private long _blocks;
    private bool _isBegun;
    private bool _isEnded;

    protected RecordFormat Format => format;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Next()
    {
        if (!_isBegun)
        {
            _isBegun = true;
            WriteHeader(_buffer);
            return _buffer.AsMemory(0, MapFormat.HeaderBytes);
        }

        if (_written < format.Count)
        {
            int bytes = RecordFormat.BlockHeaderBytes
                + Fill(_buffer.AsSpan(RecordFormat.BlockHeaderBytes), out int entries);
            if (bytes == RecordFormat.BlockHeaderBytes)
            {
                throw new InvalidOperationException("The snapshot has fewer entries than its count says.");
            }

            format.SealBlock(_buffer.AsSpan(0, bytes), _blocks++, entries);
            _written += entries;
            _progress.Add(bytes, _written, isLast: _written == format.Count);
            return _buffer.AsMemory(0, bytes);
        }

        if (!_isEnded)
        {
            _isEnded = true;
            format.WriteEnd(_buffer, _blocks);
            return _buffer.AsMemory(0, MapFormat.EndBytes);
        }

        _progress.End(format.Count);
        return default;
    }

    protected abstract void WriteHeader(Span<byte> header);

    /// <summary>Writes the entries of the next block.</summary>
    /// <param name="destination">Room for the entries of a block.</param>
    /// <param name="entries">Receives the number of entries that end in the block.</param>
    /// <returns>The number of bytes written; 0 if there are no entries left.</returns>
    protected abstract int Fill(Span<byte> destination, out int entries);
}
