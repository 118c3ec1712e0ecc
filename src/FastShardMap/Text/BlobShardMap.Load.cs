using System.IO.Pipelines;
using FastShardMap.Layout;
using FastShardMap.Text;

namespace FastShardMap;

public sealed partial class BlobShardMap
{
    /// <summary>Reads a saved map from a stream.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved map, and no
    /// further.</param>
    /// <param name="options">The options of the new map; null for the defaults.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <returns>The new map.</returns>
    /// <remarks>Every byte is checked before it is used, and memory grows with the bytes read, and not with what the
    /// file claims.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="InvalidDataException">The data is not a saved map, has keys of another kind, other values,
    /// another byte order or another version, or is truncated or damaged.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public static BlobShardMap Load(
        Stream source, ShardMapOptions? options = null, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new BlobShardMap(RecordFiles.Load<BlobRef>(KeyForm.Text, source, options, progress));
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
    public static async Task<BlobShardMap> LoadAsync(
        Stream source,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new BlobShardMap(await RecordFiles
            .LoadAsync<BlobRef>(KeyForm.Text, source, options, progress, cancellationToken)
            .ConfigureAwait(false));
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
    public static Task<BlobShardMap> LoadAsync(
        PipeReader source,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return LoadAsync(source.AsStream(leaveOpen: true), options, progress, cancellationToken);
    }

    /// <summary>Reads a map from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the map.</param>
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
    public static BlobShardMap LoadFrom(
        string path, ShardMapOptions? options = null, IProgress<long>? progress = null) =>
        new(RecordFiles.LoadFrom<BlobRef>(KeyForm.Text, path, options, progress));

    /// <summary>Reads a map from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the map.</param>
    /// <param name="options">The options of the new map; null for the defaults.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading.</param>
    /// <returns>The new map.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="LoadFrom" path="/exception"/>
    public static async Task<BlobShardMap> LoadFromAsync(
        string path,
        ShardMapOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        new(await RecordFiles
            .LoadFromAsync<BlobRef>(KeyForm.Text, path, options, progress, cancellationToken)
            .ConfigureAwait(false));
}
