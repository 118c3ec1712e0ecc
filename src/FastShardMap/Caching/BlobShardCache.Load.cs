using FastShardMap.Caching;
using FastShardMap.Serialization;

namespace FastShardMap;

public sealed partial class BlobShardCache
{
    /// <summary>Reads a saved cache from a stream.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved cache, and no
    /// further.</param>
    /// <param name="options">The options of the new cache. The limits need not be those of the saved cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <returns>The new cache.</returns>
    /// <remarks>Entries that expire have the time to live that was left when they were saved, whatever the options say.
    /// The entries are added in the order of the saved cache, with their marks. If there are more than the limits
    /// allow, the cache evicts by its policy; entries above <see cref="MaxEntryBytes"/> are left out, and counted in
    /// <see cref="ShardCacheStatistics.Refused"/>. Every byte is checked before it is used.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The options have no limit of bytes, or one that is too small for the
    /// tables and shards.</exception>
    /// <exception cref="InvalidDataException">The data is not a saved cache of this type, has another byte order or
    /// another version, or is truncated or damaged.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory.</exception>
    public static BlobShardCache Load(Stream source, ShardCacheOptions options, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read(source, options, progress, toItsEnd: false);
    }

    /// <summary>Reads a saved cache from a stream.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved cache, and no
    /// further.</param>
    /// <param name="options">The options of the new cache. The limits need not be those of the saved cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading.</param>
    /// <returns>The new cache.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static Task<BlobShardCache> LoadAsync(
        Stream source,
        ShardCacheOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadAsync(source, options, progress, toItsEnd: false, cancellationToken);
    }

    /// <summary>Reads a cache from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the cache. A FIFO, or the name of the standard input,
    /// is read to its end, which comes when no process has it open for writing any more.</param>
    /// <param name="options">The options of the new cache. The limits need not be those of the saved cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <returns>The new cache.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty; or the options have no limit of
    /// bytes, or one that is too small for the tables and shards.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process is not allowed to read the file.</exception>
    /// <exception cref="InvalidDataException">The same as for <see cref="Load"/>, or the file contains more data after
    /// the cache.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory.</exception>
    public static BlobShardCache LoadFrom(string path, ShardCacheOptions options, IProgress<long>? progress = null)
    {
        using FileStream file = PieceReader.Open(path);
        return Read(file, options, progress, toItsEnd: true);
    }

    /// <summary>Reads a cache from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the cache. A FIFO, or the name of the standard input,
    /// is read to its end, which comes when no process has it open for writing any more.</param>
    /// <param name="options">The options of the new cache. The limits need not be those of the saved cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading. The operating system does not interrupt a read
    /// that waits for the writer of a FIFO.</param>
    /// <returns>The new cache.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="LoadFrom" path="/exception"/>
    public static async Task<BlobShardCache> LoadFromAsync(
        string path,
        ShardCacheOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using FileStream file = await PieceReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(file, options, progress, toItsEnd: true, cancellationToken).ConfigureAwait(false);
    }

    private static BlobShardCache Read(
        Stream source, ShardCacheOptions options, IProgress<long>? progress, bool toItsEnd)
    {
        BlobShardCache cache = new(options);
        try
        {
            PieceReader.Read(new BlobCacheDecoder(cache._cache, progress), source, toItsEnd);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    private static async Task<BlobShardCache> ReadAsync(
        Stream source,
        ShardCacheOptions options,
        IProgress<long>? progress,
        bool toItsEnd,
        CancellationToken cancellationToken)
    {
        BlobShardCache cache = new(options);
        try
        {
            await PieceReader.ReadAsync(
                new BlobCacheDecoder(cache._cache, progress), source, toItsEnd, cancellationToken)
                .ConfigureAwait(false);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }
}
