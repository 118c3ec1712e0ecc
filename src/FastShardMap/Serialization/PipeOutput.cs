using System.IO.Pipelines;

namespace FastShardMap.Serialization;

/// <summary>Writes pieces to a pipe, and detects that its reader has completed.</summary>
/// <remarks>A pipe accepts and discards what is written after its reader has completed, and reports this only in the
/// result of the flush, which the stream over a pipe does not check. However, a reader may complete as soon as it has
/// the last byte, possibly while the writer still waits for room. If a flush had to wait, its result is therefore
/// checked before the next piece, and not after its own.</remarks>
internal sealed class PipeOutput(PipeWriter pipe)
{
    private bool _readerLeft;

    /// <exception cref="IOException">The reader has completed.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled, or the flush was canceled.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ThrowIfReaderLeft();
        ValueTask<FlushResult> flush = pipe.WriteAsync(piece, cancellationToken);
        bool waits = !flush.IsCompleted;
        FlushResult result = await flush.ConfigureAwait(false);
        if (result.IsCanceled)
        {
            throw new OperationCanceledException("The flush of the pipe was canceled before the map was saved.");
        }

        _readerLeft = result.IsCompleted;
        if (!waits)
        {
            ThrowIfReaderLeft();
        }
    }

    private void ThrowIfReaderLeft()
    {
        if (_readerLeft)
        {
            throw new IOException("The reader of the pipe completed before it had received the whole map.");
        }
    }
}
