using System.IO.Pipelines;
using FastShardMap.Serialization;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Writes all entries, as of one instant, to a stream; writers go on.</summary>
    /// <param name="destination">Receives the bytes; neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>
    /// <para>Saves from a <see cref="Snapshot"/>, with its pause; shards that are written to meanwhile are copied, take
    /// their memory twice and are brought to rest at the end, the others are left as they are. Until the end reads look
    /// into two tables. Allocates one buffer of 64 KiB.</para>
    /// <para>The format is versioned and checksummed (CRC-32C a block) and records sizes and fields of both types. Keys
    /// and values are written as they lie in memory, in the machine's byte order; padding bytes inside them too.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The system refuses the memory of the snapshot.</exception>
    public void Save(Stream destination, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Encode(piece => destination.Write(piece.Span), progress);
    }

    /// <summary>Writes all entries, as of the instant of the call, to a stream; writers go on.</summary>
    /// <param name="destination">Receives the bytes; neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public async Task SaveAsync(Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        await EncodeAsync(piece => destination.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
    }

    /// <summary>Writes all entries, as of the instant of the call, to a pipe; writers of the map go on.</summary>
    /// <param name="destination">Receives the bytes and is flushed as its back-pressure asks; not completed. A reader
    /// that completes after the last bytes were handed over has had them all.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token says so, or the pending flush of the pipe was
    /// cancelled.</exception>
    /// <exception cref="IOException">The reader of the pipe completed before it had everything.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public async Task SaveAsync(
        PipeWriter destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        PipeOutput output = new(destination);
        await EncodeAsync(piece => output.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
    }

    /// <summary>Writes all entries, as of one instant, to a file. Until the last step the old file of that name stays
    /// whole, and whatever crashes, there is at any time either the old file or the new one.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>
    /// <para>Writes a temporary file in the directory of the file, flushes it to the disk, renames it and flushes the
    /// directory (where the system can: not on Windows, whose file system keeps a journal of renames). A crash can
    /// leave the temporary file, named <c>.fastshardmap-*.tmp</c>, behind; the next save to the same file removes it,
    /// if no other process is still writing to it.</para>
    /// <para>Only regular files are replaced. The new file has the permissions of the old one (on Linux also its access
    /// control list, on Windows its access rules), and its owner and group as far as the system lets this process give
    /// them; if the group cannot be kept, its members may do no more than others. The temporary file never permits
    /// more. A new file has the permissions of any new file. Other hard links to the old file keep its old
    /// contents.</para>
    /// <para>What another process puts in the place of the file is looked at again before the rename; between that and
    /// the rename it is replaced.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="PathTooLongException">The file system does not take so long a name.</exception>
    /// <exception cref="IOException">The path is a directory, a FIFO, a socket, a device or a link in a circle, or the
    /// file cannot be written; the old one is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only (for root too), or may not be written or
    /// replaced; the old one is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The system refuses the memory of the snapshot.</exception>
    public void SaveTo(string path, IProgress<long>? progress = null)
    {
        using DurableFile file = DurableFile.Create(path);
        Encode(piece => file.Write(piece.Span), progress);
        file.Commit();
    }

    /// <summary>Writes all entries, as of the instant of the call, to a file, as <see cref="SaveTo"/> does.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">Ends the writing; the old file is unchanged.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="SaveTo" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="SaveTo" path="/exception"/>
    public async Task SaveToAsync(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        using DurableFile file = DurableFile.Create(path);
        await EncodeAsync(piece => file.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
        file.Commit();
    }

    private void Encode(Action<ReadOnlyMemory<byte>> write, IProgress<long>? progress)
    {
        using ShardMapSnapshot<TKey, TValue, THasher> snapshot = BriefSnapshot();
        MapEncoder<TKey, TValue, THasher> encoder = new(snapshot, progress);
        for (ReadOnlyMemory<byte> piece = encoder.Next(); !piece.IsEmpty; piece = encoder.Next())
        {
            write(piece);
        }
    }

    private async Task EncodeAsync(Func<ReadOnlyMemory<byte>, ValueTask> write, IProgress<long>? progress)
    {
        using ShardMapSnapshot<TKey, TValue, THasher> snapshot = BriefSnapshot();
        MapEncoder<TKey, TValue, THasher> encoder = new(snapshot, progress);
        for (ReadOnlyMemory<byte> piece = encoder.Next(); !piece.IsEmpty; piece = encoder.Next())
        {
            await write(piece).ConfigureAwait(false);
        }
    }
}
