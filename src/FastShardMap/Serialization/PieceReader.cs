namespace FastShardMap.Serialization;

/// <summary>Reads the pieces of a file for a decoder.</summary>
internal static class PieceReader
{
    /// <summary>Reads everything that the decoder wants.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="source">The stream.</param>
    /// <param name="toItsEnd">Whether nothing may follow.</param>
    /// <exception cref="InvalidDataException">The stream ends too early, continues, or its bytes are
    /// refused.</exception>
    public static void Read(IPieceDecoder decoder, Stream source, bool toItsEnd)
    {
        for (Memory<byte> wanted = decoder.Wanted; !wanted.IsEmpty; wanted = decoder.Wanted)
        {
            if (source.ReadAtLeast(wanted.Span, wanted.Length, throwOnEndOfStream: false) != wanted.Length)
            {
                throw Truncated();
            }

            decoder.Accept();
        }

        if (toItsEnd && source.ReadByte() >= 0)
        {
            throw SomethingFollows();
        }
    }

    /// <inheritdoc cref="Read"/>
    public static async Task ReadAsync(
        IPieceDecoder decoder, Stream source, bool toItsEnd, CancellationToken cancellationToken)
    {
        for (Memory<byte> wanted = decoder.Wanted; !wanted.IsEmpty; wanted = decoder.Wanted)
        {
            int read = await source
                .ReadAtLeastAsync(wanted, wanted.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            if (read != wanted.Length)
            {
                throw Truncated();
            }

            decoder.Accept();
        }

        if (toItsEnd && await source.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) != 0)
        {
            throw SomethingFollows();
        }
    }

    /// <summary>Opens a file for reading from its start to its end.</summary>
    public static FileStream Open(string path) => Open(path, FileOptions.SequentialScan);

    /// <summary>Opens a file as <see cref="Open(string)"/> does. Opening a FIFO waits for a process that writes to
    /// it.</summary>
    public static Task<FileStream> OpenAsync(string path, CancellationToken cancellationToken) =>
        Task.Run(() => Open(path, FileOptions.SequentialScan | FileOptions.Asynchronous), cancellationToken);

    /// <summary>Returns the number of bytes to the end of a stream, or -1. Files that the operating system generates
    /// while they are read have no reliable length, and report 0.</summary>
    public static long AvailableBytes(Stream source) =>
        source.CanSeek && source.Length is long length and not 0 ? length - source.Position : -1;

    /// <summary>Creates the exception for input that ends too early.</summary>
    public static InvalidDataException Truncated() => new("The saved map ends too early.");

    private static InvalidDataException SomethingFollows() =>
        new("The file contains more data after the saved map.");

    private static FileStream Open(string path, FileOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, options);
    }
}
