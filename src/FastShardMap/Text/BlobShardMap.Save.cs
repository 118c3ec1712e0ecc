using System.IO.Pipelines;
using FastShardMap.Text;

namespace FastShardMap;

public sealed partial class BlobShardMap
{
    /// <summary>Writes all entries, as of one instant, to a stream. Other threads may write to the map in the
    /// meantime.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>The entries are written from a snapshot. The format has a version and checksums, and is described with
    /// <see cref="ShardMap{TKey, TValue, THasher}.Save"/>; keys and values are written with their lengths, and
    /// hashes and versions are not written. Allocates one buffer of 64 KiB.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory for the snapshot.</exception>
    public void Save(Stream destination, IProgress<long>? progress = null) =>
        RecordFiles.Save(_map, destination, progress);

    /// <summary>Writes all entries, as of the instant of the call, to a stream. Other threads may write to the map in
    /// the meantime.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public Task SaveAsync(
        Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        RecordFiles.SaveAsync(_map, destination, progress, cancellationToken);

    /// <summary>Writes all entries, as of the instant of the call, to a pipe. Other threads may write to the map in the
    /// meantime.</summary>
    /// <param name="destination">The pipe. It is flushed as its back-pressure requires, and is not completed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled, or the pending flush of the pipe was
    /// canceled.</exception>
    /// <exception cref="IOException">The reader of the pipe completed before it had received everything.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public Task SaveAsync(
        PipeWriter destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        RecordFiles.SaveAsync(_map, destination, progress, cancellationToken);

    /// <summary>Writes all entries, as of one instant, to a file. The old file of that name stays complete until the
    /// last step.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>The file is written and replaced as by <see cref="ShardMap{TKey, TValue,
    /// THasher}.SaveTo"/>.</remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The path is not that of a regular file, or the file cannot be written; the old
    /// file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only, or the process is not allowed to write or
    /// replace it; the old file is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory for the snapshot.</exception>
    public void SaveTo(string path, IProgress<long>? progress = null) => RecordFiles.SaveTo(_map, path, progress);

    /// <summary>Writes all entries, as of the instant of the call, to a file, as <see cref="SaveTo"/> does.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The old file is then unchanged.</param>
    /// <returns>A task that completes when the map has been written.</returns>
    /// <inheritdoc cref="SaveTo" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="SaveTo" path="/exception"/>
    public Task SaveToAsync(
        string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        RecordFiles.SaveToAsync(_map, path, progress, cancellationToken);
}
