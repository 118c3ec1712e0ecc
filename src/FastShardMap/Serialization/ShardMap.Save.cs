using System.IO.Pipelines;
using FastShardMap.Serialization;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Writes all entries, as of one instant, to a stream. Other threads may write to the map in the
    /// meantime.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>
    /// <para>The entries are written from a <see cref="Snapshot"/>, and writers pause as for a snapshot. Shards that
    /// are written to in the meantime are copied, take their memory twice, and finish their migration at the end; the
    /// other shards are left as they are. Until the end, reads search two tables. Allocates one buffer of 64
    /// KiB.</para>
    /// <para>The format has a version and checksums (one CRC-32C per block), and records sizes and fields of both
    /// types. Keys and values are written with their bytes in memory, in the byte order of the machine, including any
    /// padding bytes.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory for the snapshot.</exception>
    public void Save(Stream destination, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Encode(piece => destination.Write(piece.Span), progress);
    }

    /// <summary>Writes all entries, as of the instant of the call, to a stream. Other threads may write to the map in
    /// the meantime.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public async Task SaveAsync(
        Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        await EncodeAsync(piece => destination.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
    }

    /// <summary>Writes all entries, as of the instant of the call, to a pipe. Other threads may write to the map in the
    /// meantime.</summary>
    /// <param name="destination">The pipe. It is flushed as its back-pressure requires, and is not completed. A reader
    /// that completes after the last bytes were passed to the pipe has received all of them.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled, or the pending flush of the pipe was
    /// canceled.</exception>
    /// <exception cref="IOException">The reader of the pipe completed before it had received everything.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public async Task SaveAsync(
        PipeWriter destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        PipeOutput output = new(destination);
        await EncodeAsync(piece => output.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
    }

    /// <summary>Writes all entries, as of one instant, to a file. The old file of that name stays complete until the
    /// last step. If the process or the machine crashes, there is either the old file or the new one at any
    /// time.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>
    /// <para>The method writes a temporary file in the directory of the file, flushes it to the disk, renames it, and
    /// flushes the directory (where the operating system can; not on Windows, whose file system keeps a journal of
    /// renames). A crash can leave the temporary file behind, which is named <c>.fastshardmap-*.tmp</c>. The next save
    /// to the same file removes it, if no other process is still writing to it.</para>
    /// <para>Only regular files are replaced. The new file has the permissions of the old one (on Linux also its access
    /// control list, on Windows its access rules), and its owner and group as far as the operating system lets this
    /// process set them. If the group cannot be preserved, its members get no more rights than others. The temporary
    /// file never permits more. If there was no old file, the file has the permissions of any new file. Other hard
    /// links to the old file keep the old contents.</para>
    /// <para>The path is checked again before the rename. If another process puts something there between this check
    /// and the rename, it is replaced.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="PathTooLongException">The name is too long for the file system.</exception>
    /// <exception cref="IOException">The path is a directory, a FIFO, a socket, a device or a circular link, or the
    /// file cannot be written; the old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only (also for root), or the process is not
    /// allowed to write or replace it; the old file is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory for the snapshot.</exception>
    public void SaveTo(string path, IProgress<long>? progress = null)
    {
        using DurableFile file = DurableFile.Create(path);
        Encode(piece => file.Write(piece.Span), progress);
        file.Commit();
    }

    /// <summary>Writes all entries, as of the instant of the call, to a file, as <see cref="SaveTo"/> does.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The old file is then unchanged.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="SaveTo" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="SaveTo" path="/exception"/>
    public async Task SaveToAsync(
        string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        using DurableFile file = DurableFile.Create(path);
        await EncodeAsync(piece => file.WriteAsync(piece, cancellationToken), progress).ConfigureAwait(false);
        file.Commit();
    }

    private void Encode(Action<ReadOnlyMemory<byte>> write, IProgress<long>? progress)
    {
        using ShardMapSnapshot<TKey, TValue, THasher> snapshot = BriefSnapshot();
        PieceWriter.Write(new MapEncoder<TKey, TValue, THasher>(snapshot, progress), write);
    }

    private async Task EncodeAsync(Func<ReadOnlyMemory<byte>, ValueTask> write, IProgress<long>? progress)
    {
        using ShardMapSnapshot<TKey, TValue, THasher> snapshot = BriefSnapshot();
        await PieceWriter.WriteAsync(new MapEncoder<TKey, TValue, THasher>(snapshot, progress), write)
            .ConfigureAwait(false);
    }
}
