using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Serialization;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>Reads a saved cache from a stream.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved cache, and no
    /// further.</param>
    /// <param name="options">The options of the new cache. They must have a limit, which need not be that of the saved
    /// cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <returns>The new cache.</returns>
    /// <remarks>Entries that expire have the time to live that was left when they were saved, whatever the options say.
    /// The entries are added in the order of the saved cache, with their marks. If there are more than the limit
    /// allows, the cache evicts by its policy. Every byte is checked before it is used. Bytes that pass the checks
    /// become keys and values unchanged; for a type with invalid values (such as a Boolean of 2), the caller must trust
    /// the source of the file.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The options have no limit, or one of too few bytes for one
    /// entry.</exception>
    /// <exception cref="InvalidDataException">The data is not a saved cache, has other types, another byte order or
    /// another version, or is truncated or damaged.</exception>
    /// <exception cref="NotSupportedException">A key and a value are too large.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory.</exception>
    public static ShardCache<TKey, TValue, THasher> Load(
        Stream source, ShardCacheOptions options, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read(new ShardCache<TKey, TValue, THasher>(options), source, progress);
    }

    /// <summary>Reads a saved cache from a stream.</summary>
    /// <param name="source">The stream. It is read from its position to the end of the saved cache, and no
    /// further.</param>
    /// <param name="options">The options of the new cache. They must have a limit, which need not be that of the saved
    /// cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading.</param>
    /// <returns>The new cache.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static Task<ShardCache<TKey, TValue, THasher>> LoadAsync(
        Stream source,
        ShardCacheOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadAsync(new ShardCache<TKey, TValue, THasher>(options), source, progress, cancellationToken);
    }

    /// <summary>Reads a cache from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the cache. A FIFO, or the name of the standard input,
    /// is read to its end, which comes when no process has it open for writing any more.</param>
    /// <param name="options">The options of the new cache. They must have a limit, which need not be that of the saved
    /// cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <returns>The new cache.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty; or the options have no limit, or
    /// one of too few bytes for one entry.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process is not allowed to read the file.</exception>
    /// <exception cref="InvalidDataException">The same as for <see cref="Load"/>, or the file contains more data after
    /// the cache.</exception>
    /// <exception cref="NotSupportedException">A key and a value are too large.</exception>
    /// <exception cref="OutOfMemoryException">The limit exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory.</exception>
    public static ShardCache<TKey, TValue, THasher> LoadFrom(
        string path, ShardCacheOptions options, IProgress<long>? progress = null)
    {
        using FileStream file = PieceReader.Open(path);
        return Read(new ShardCache<TKey, TValue, THasher>(options), file, progress, toItsEnd: true);
    }

    /// <summary>Reads a cache from a file.</summary>
    /// <param name="path">The file. It must contain nothing after the cache. A FIFO, or the name of the standard input,
    /// is read to its end, which comes when no process has it open for writing any more.</param>
    /// <param name="options">The options of the new cache. They must have a limit, which need not be that of the saved
    /// cache.</param>
    /// <param name="progress">Receives the number of entries read, every few megabytes and at the end.</param>
    /// <param name="cancellationToken">A token to cancel the reading. The operating system does not interrupt a read
    /// that waits for the writer of a FIFO.</param>
    /// <returns>The new cache.</returns>
    /// <inheritdoc cref="Load" path="/remarks"/>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <inheritdoc cref="LoadFrom" path="/exception"/>
    public static async Task<ShardCache<TKey, TValue, THasher>> LoadFromAsync(
        string path,
        ShardCacheOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using FileStream file = await PieceReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(
            new ShardCache<TKey, TValue, THasher>(options), file, progress, cancellationToken, toItsEnd: true)
            .ConfigureAwait(false);
    }

    /// <summary>Stores an entry of a file.</summary>
    internal void Restore(TKey key, TValue value, uint life, SavedUse use)
    {
        CacheEntry<TValue> entry = default;
        entry.Value = value;
        entry.Mark = use.Mark;
        entry.Expiry = ExpiryOf(life, out uint now);
        ulong hash = _shards.Hash(key);
        Shard<TKey, CacheEntry<TValue>, THasher> shard = _shards.ShardFor(hash);
        using (RemovalScope<TKey, TValue> removals = new(_removals))
        using (LockedShard<TKey, CacheEntry<TValue>, THasher> locked = Enter(shard, runsUserCode: false))
        {
            CacheShard<TKey, TValue, THasher> cache = CacheOf(shard, removals);
            cache.Restore(hash, key, entry, use.IsMain, now);
            cache.CompactBesideWrite();
        }

        GoOnCompacting();

        GC.KeepAlive(this);
    }

    private protected static TCache Read<TCache>(
        TCache cache, Stream source, IProgress<long>? progress, bool toItsEnd = false)
        where TCache : ShardCache<TKey, TValue, THasher>
    {
        try
        {
            PieceReader.Read(new CacheDecoder<TKey, TValue, THasher>(cache, progress), source, toItsEnd);
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    private protected static async Task<TCache> ReadAsync<TCache>(
        TCache cache,
        Stream source,
        IProgress<long>? progress,
        CancellationToken cancellationToken,
        bool toItsEnd = false)
        where TCache : ShardCache<TKey, TValue, THasher>
    {
        try
        {
            await PieceReader.ReadAsync(
                new CacheDecoder<TKey, TValue, THasher>(cache, progress), source, toItsEnd, cancellationToken)
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

public sealed partial class ShardCache<TKey, TValue>
{
    /// <inheritdoc cref="ShardCache{TKey, TValue, THasher}.Load"/>
    public static new ShardCache<TKey, TValue> Load(
        Stream source, ShardCacheOptions options, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read(new ShardCache<TKey, TValue>(options), source, progress);
    }

    /// <inheritdoc cref="ShardCache{TKey, TValue, THasher}.LoadAsync"/>
    public static new Task<ShardCache<TKey, TValue>> LoadAsync(
        Stream source,
        ShardCacheOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadAsync(new ShardCache<TKey, TValue>(options), source, progress, cancellationToken);
    }

    /// <inheritdoc cref="ShardCache{TKey, TValue, THasher}.LoadFrom"/>
    public static new ShardCache<TKey, TValue> LoadFrom(
        string path, ShardCacheOptions options, IProgress<long>? progress = null)
    {
        using FileStream file = PieceReader.Open(path);
        return Read(new ShardCache<TKey, TValue>(options), file, progress, toItsEnd: true);
    }

    /// <inheritdoc cref="ShardCache{TKey, TValue, THasher}.LoadFromAsync"/>
    public static new async Task<ShardCache<TKey, TValue>> LoadFromAsync(
        string path,
        ShardCacheOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using FileStream file = await PieceReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(
            new ShardCache<TKey, TValue>(options), file, progress, cancellationToken, toItsEnd: true)
            .ConfigureAwait(false);
    }
}
