using System.IO.Pipelines;

namespace FastShardMap.Serialization;

/// <summary>Writes pieces to a pipe, and notices that nobody reads them.</summary>
/// <remarks>A pipe takes what is written to it after its reader has completed, drops it, and says so only in the result
/// of the flush; the stream over a pipe does not look there. A reader may complete as soon as it has the last byte,
/// though, and that can be while the writer still waits for room. So a flush that had to wait is held against the next
/// piece, and not against its own.</remarks>
internal sealed class PipeOutput(PipeWriter pipe)
{
    private bool _readerLeft;

    /// <exception cref="IOException">The reader has completed.</exception>
    /// <exception cref="OperationCanceledException">The token says so, or the flush was cancelled.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ThrowIfReaderLeft();
        ValueTask<FlushResult> flush = pipe.WriteAsync(piece, cancellationToken);
        bool waits = !flush.IsCompleted;
        FlushResult result = await flush.ConfigureAwait(false);
        if (result.IsCanceled)
        {
            throw new OperationCanceledException("The flush of the pipe was cancelled before the map was saved.");
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
            throw new IOException("The reader of the pipe has completed before it had the whole map.");
        }
    }
}
