using System.IO.Pipelines;

namespace FastShardMap.Serialization;

/// <summary>Writes pieces to a pipe, and detects that its reader has completed.</summary>
/// <remarks>A pipe accepts and discards what is written after its reader has completed, and reports this only in the
/// result of a flush, which the stream over a pipe does not check. However, a reader may complete as soon as it has
/// the last byte, even before the flush of that byte has returned. A flush of nothing before each piece therefore
/// asks whether the reader is still there, and the flush of the piece itself does not.</remarks>
internal sealed class PipeOutput(PipeWriter pipe)
{
    /// <exception cref="IOException">The reader has completed.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled, or a flush was canceled.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        FlushResult before = await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfCanceled(before);
        if (before.IsCompleted)
        {
            throw new IOException("The reader of the pipe completed before it had received the whole map.");
        }

        ThrowIfCanceled(await pipe.WriteAsync(piece, cancellationToken).ConfigureAwait(false));
    }

    private static void ThrowIfCanceled(FlushResult flush)
    {
        if (flush.IsCanceled)
        {
            throw new OperationCanceledException("The flush of the pipe was canceled before the map was saved.");
        }
    }
}
