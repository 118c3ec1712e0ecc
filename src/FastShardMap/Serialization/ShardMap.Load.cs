using System.IO.Pipelines;
using FastShardMap.Serialization;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Reads a saved map from a stream.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved map, and no
    /// further.</param>
    /// <param name="options">The options of the new map; null for the defaults.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <returns>The new map.</returns>
    /// <remarks>Every byte is checked before it is used, and memory grows with the bytes read, and not with what the
    /// header claims. Bytes that pass the checks become keys and values unchanged; for a type with invalid values (such
    /// as a Boolean of 2), the caller must trust the source of the file.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="InvalidDataException">The data is not a saved map, has other types, another byte order or
    /// another version, or is truncated or damaged.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public static ShardMap<TKey, TValue, THasher> Load(
        Stream source, ShardMapOptions? options = null, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read(
            new ShardMap<TKey, TValue, THasher>(options?.WithoutExclusive() ?? new ShardMapOptions()),
            source,
            progress);
    }

    /// <summary>Reads a saved map from a stream.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved map, and no
    /// further.</param>
    /// <param name="options">The options of the new map; null for the defaults.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading.</param>
    /// <returns>The new map.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static Task<ShardMap<TKey, TValue, THasher>> LoadAsync(
        Stream source,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadAsync(
            new ShardMap<TKey, TValue, THasher>(options?.WithoutExclusive() ?? new ShardMapOptions()),
            source,
            progress,
            cancellationToken);
    }

    /// <summary>Reads a saved map from a pipe.</summary>
    /// <param name="source">The pipe. It is read to the end of the saved map and no further, and is not
    /// completed.</param>
    /// <param name="options">The options of the new map; null for the defaults.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading.</param>
    /// <returns>The new map.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static Task<ShardMap<TKey, TValue, THasher>> LoadAsync(
        PipeReader source,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return LoadAsync(source.AsStream(leaveOpen: true), options, progress, cancellationToken);
    }

    /// <summary>Reads a map from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the map. A FIFO, or the name of the standard input,
    /// is read to its end, which comes when no process has it open for writing any more.</param>
    /// <param name="options">The options of the new map; null for the defaults.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <returns>The new map.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process is not allowed to read the file.</exception>
    /// <exception cref="InvalidDataException">The same as for <see cref="Load"/>, or the file contains more data after
    /// the map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public static ShardMap<TKey, TValue, THasher> LoadFrom(
        string path, ShardMapOptions? options = null, IProgress<long>? progress = null)
    {
        using FileStream file = PieceReader.Open(path);
        ShardMap<TKey, TValue, THasher> map = new(options?.WithoutExclusive() ?? new ShardMapOptions());
        return Read(map, file, progress, toItsEnd: true);
    }

    /// <summary>Reads a map from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the map. A FIFO, or the name of the standard input,
    /// is read to its end, which comes when no process has it open for writing any more.</param>
    /// <param name="options">The options of the new map; null for the defaults.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading. The operating system does not interrupt a read
    /// that waits for the writer of a FIFO.</param>
    /// <returns>The new map.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="LoadFrom" path="/exception"/>
    public static async Task<ShardMap<TKey, TValue, THasher>> LoadFromAsync(
        string path,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using FileStream file = await PieceReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        ShardMap<TKey, TValue, THasher> map = new(options?.WithoutExclusive() ?? new ShardMapOptions());
        return await ReadAsync(map, file, progress, cancellationToken, toItsEnd: true).ConfigureAwait(false);
    }

    /// <summary>Stores all entries of a saved map in this map. Keys that both have get the saved values; other entries
    /// stay.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved map, and no
    /// further.</param>
    /// <returns>The number of entries stored.</returns>
    /// <remarks>Everything is read and checked first, so this map is unchanged if the saved map is refused. Takes the
    /// memory of a second map in the meantime.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="InvalidDataException">The same as for <see cref="Load"/>; this map is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public long MergeFrom(Stream source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _shards.ThrowIfDisposed();
        _shards.ThrowIfInCallback();
        using ShardMap<TKey, TValue, THasher> read = Load(source);
        using InterruptDeferral deferral = InterruptDeferral.Begin();
        EnsureCapacity(Math.Max(Count, read.Count));
        StoreAll(read);
        return read.Count;
    }

    private protected static TMap Read<TMap>(TMap map, Stream source, IProgress<long>? progress, bool toItsEnd = false)
        where TMap : ShardMap<TKey, TValue, THasher>
    {
        try
        {
            PieceReader.Read(
                new MapDecoder<TKey, TValue, THasher>(map, PieceReader.AvailableBytes(source), progress),
                source,
                toItsEnd);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    private protected static async Task<TMap> ReadAsync<TMap>(
        TMap map, Stream source, IProgress<long>? progress, CancellationToken cancellationToken, bool toItsEnd = false)
        where TMap : ShardMap<TKey, TValue, THasher>
    {
        try
        {
            MapDecoder<TKey, TValue, THasher> decoder = new(map, PieceReader.AvailableBytes(source), progress);
            await PieceReader.ReadAsync(decoder, source, toItsEnd, cancellationToken).ConfigureAwait(false);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }
}

public sealed partial class ShardMap<TKey, TValue>
{
    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Load"/>
    public static new ShardMap<TKey, TValue> Load(
        Stream source, ShardMapOptions? options = null, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read(new ShardMap<TKey, TValue>(options?.WithoutExclusive() ?? new ShardMapOptions()), source, progress);
    }

    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.LoadAsync(Stream, ShardMapOptions, IProgress{long},
    /// CancellationToken)"/>
    public static new Task<ShardMap<TKey, TValue>> LoadAsync(
        Stream source,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadAsync(
            new ShardMap<TKey, TValue>(options?.WithoutExclusive() ?? new ShardMapOptions()),
            source,
            progress,
            cancellationToken);
    }

    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.LoadAsync(PipeReader, ShardMapOptions, IProgress{long},
    /// CancellationToken)"/>
    public static new Task<ShardMap<TKey, TValue>> LoadAsync(
        PipeReader source,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return LoadAsync(source.AsStream(leaveOpen: true), options, progress, cancellationToken);
    }

    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.LoadFrom"/>
    public static new ShardMap<TKey, TValue> LoadFrom(
        string path, ShardMapOptions? options = null, IProgress<long>? progress = null)
    {
        using FileStream file = PieceReader.Open(path);
        ShardMap<TKey, TValue> map = new(options?.WithoutExclusive() ?? new ShardMapOptions());
        return Read(map, file, progress, toItsEnd: true);
    }

    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.LoadFromAsync"/>
    public static new async Task<ShardMap<TKey, TValue>> LoadFromAsync(
        string path,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using FileStream file = await PieceReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        ShardMap<TKey, TValue> map = new(options?.WithoutExclusive() ?? new ShardMapOptions());
        return await ReadAsync(map, file, progress, cancellationToken, toItsEnd: true).ConfigureAwait(false);
    }
}
