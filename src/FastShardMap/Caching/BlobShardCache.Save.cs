using FastShardMap.Caching;
using FastShardMap.Serialization;

namespace FastShardMap;

public sealed partial class BlobShardCache
{
    /// <summary>Writes the entries that have not expired to a stream. Other threads may use the cache in the
    /// meantime.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>As for <see cref="ShardCache{TKey, TValue, THasher}.Save"/>: the file has the marks of the entries,
    /// their order, and the time that each has left to live. Holds the lock of one shard at a time: while it copies the
    /// order of 4,096 entries, or 64 entries with at most 64 KiB, or one longer entry. Takes 4 bytes of managed memory
    /// per entry for the time of the call, and as much as the longest entry has.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public void Save(Stream destination, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        PieceWriter.Write(new BlobCacheEncoder(_cache, progress), piece => destination.Write(piece.Span));
    }

    /// <summary>Writes the entries that have not expired to a stream, as <see cref="Save"/> does.</summary>
    /// <param name="destination">The stream. It is neither flushed nor closed.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The bytes written so far stay.</param>
    /// <returns>A task that completes when the cache has been written.</returns>
    /// <inheritdoc cref="Save" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Save" path="/exception"/>
    public async Task SaveAsync(
        Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        await PieceWriter.WriteAsync(
            new BlobCacheEncoder(_cache, progress), piece => destination.WriteAsync(piece, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>Writes the entries that have not expired to a file. The old file of that name stays complete until the
    /// last step. If the process or the machine crashes, there is either the old file or the new one at any
    /// time.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <remarks>The contents are those that <see cref="Save"/> writes. The file is replaced as
    /// <see cref="ShardMap{TKey, TValue, THasher}.SaveTo"/> does it.</remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="PathTooLongException">The name is too long for the file system.</exception>
    /// <exception cref="IOException">The path is a directory, a FIFO, a socket, a device or a circular link, or the
    /// file cannot be written; the old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is read-only (also for root), or the process is not
    /// allowed to write or replace it; the old file is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public void SaveTo(string path, IProgress<long>? progress = null)
    {
        using DurableFile file = DurableFile.Create(path);
        PieceWriter.Write(new BlobCacheEncoder(_cache, progress), piece => file.Write(piece.Span));
        file.Commit();
    }

    /// <summary>Writes the entries that have not expired to a file, as <see cref="SaveTo"/> does.</summary>
    /// <param name="path">The file. A link is followed, and the file that it leads to is replaced or created.</param>
    /// <param name="progress">Receives the number of entries written, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the writing. The old file is then unchanged.</param>
    /// <returns>A task that completes when the cache has been written.</returns>
    /// <inheritdoc cref="SaveTo" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="SaveTo" path="/exception"/>
    public async Task SaveToAsync(
        string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        using DurableFile file = DurableFile.Create(path);
        await PieceWriter.WriteAsync(
            new BlobCacheEncoder(_cache, progress), piece => file.WriteAsync(piece, cancellationToken))
            .ConfigureAwait(false);
        file.Commit();
    }
}
