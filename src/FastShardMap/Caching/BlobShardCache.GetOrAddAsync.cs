using System.Runtime.CompilerServices;
using FastShardMap.Flights;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardCache
{
    private FlightTable<string, ReadOnlyMemory<byte>>? _flights;

    /// <summary>The number of values that factories are creating, for tests.</summary>
    internal int FlightCount => Volatile.Read(ref _flights)?.Count ?? 0;

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Of all calls for one key that wait at the same time, the first one
    /// runs its factory, and the others get the value of that factory. No lock is held while it runs. Its token is
    /// canceled when all these calls have been canceled, or when the cache is disposed. The bytes must not change
    /// afterwards, because all these calls return the same memory.</param>
    /// <param name="timeToLive">The time after which an added entry expires, from the end of the factory on; null for
    /// that of the options. The time of the call whose factory runs counts.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The bytes of the existing value, in an array of its own, or those that the factory returned.</returns>
    /// <remarks>
    /// <para>As for <see cref="ShardCache{TKey, TValue, THasher}.GetOrAddAsync(TKey, Func{TKey, CancellationToken,
    /// ValueTask{TValue}}, TimeSpan?, CancellationToken)"/>, except that a hit allocates the array. <c>TryGetValue</c>
    /// reads a present key without an allocation.</para>
    /// <para>If the record of the entry would have more than <see cref="MaxEntryBytes"/>, the calls return the value of
    /// the factory, nothing is stored, and <see cref="ShardCacheStatistics.Refused"/> counts it.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or <paramref name="valueFactory"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not
    /// <see cref="Timeout.InfiniteTimeSpan"/>), or more than
    /// <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed, perhaps while the factory runs.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the record. Entries may have
    /// been evicted.</exception>
    public ValueTask<ReadOnlyMemory<byte>> GetOrAddAsync(
        string key,
        Func<string, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> valueFactory,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(valueFactory);
        uint life = _cache.LifeOf(timeToLive);
        return TryReadArray(key, out ReadOnlyMemory<byte> present)
            ? new ValueTask<ReadOnlyMemory<byte>>(present)
            : FlyAsync(key, new AsyncFactory<string, ReadOnlyMemory<byte>>(valueFactory), life, cancellationToken);
    }

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value, as for the other overload.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="timeToLive">The time after which an added entry expires, from the end of the factory on; null for
    /// that of the options. The time of the call whose factory runs counts.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The bytes of the existing value, in an array of its own, or those that the factory returned.</returns>
    /// <inheritdoc cref="GetOrAddAsync(string, Func{string, CancellationToken, ValueTask{ReadOnlyMemory{byte}}},
    /// TimeSpan?, CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="GetOrAddAsync(string, Func{string, CancellationToken, ValueTask{ReadOnlyMemory{byte}}},
    /// TimeSpan?, CancellationToken)" path="/exception"/>
    public ValueTask<ReadOnlyMemory<byte>> GetOrAddAsync<TArg>(
        string key,
        Func<string, TArg, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> valueFactory,
        TArg factoryArgument,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(valueFactory);
        uint life = _cache.LifeOf(timeToLive);
        return TryReadArray(key, out ReadOnlyMemory<byte> present)
            ? new ValueTask<ReadOnlyMemory<byte>>(present)
            : FlyAsync(
                key,
                new AsyncFactory<string, ReadOnlyMemory<byte>, TArg>(valueFactory, factoryArgument),
                life,
                cancellationToken);
    }

    private ValueTask<ReadOnlyMemory<byte>> FlyAsync<TFactory>(
        string key, TFactory factory, uint life, CancellationToken cancellationToken)
        where TFactory : struct, IAsyncValueFactory<string, ReadOnlyMemory<byte>>
    {
        _cache.Shards.ThrowIfDisposed();
        GC.KeepAlive(_cache);
        return FlightTables.OfText(ref _flights)
            .GetOrAddAsync(key, factory, new FlightTarget(this, life), cancellationToken);
    }

    /// <summary>Copies a value to an array, marks its entry, and counts the lookup.</summary>
    private bool TryReadArray(string key, out ReadOnlyMemory<byte> value)
    {
        bool found = TryCopyToArray(key, marks: true, out value);
        _cache.CountRead(found);
        return found;
    }

    [SkipLocalsInit]
    private bool TryCopyToArray(string key, bool marks, out ReadOnlyMemory<byte> value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        byte[] room = [];
        int length;
        while (!TryCopy(text.Key, room, marks, out length, out _))
        {
            if (length < 0)
            {
                value = default;
                return false;
            }

            marks = false; // one use, however often the value becomes longer in the meantime
            room = new byte[length];
        }

        value = room.AsMemory(0, length);
        return true;
    }

    [SkipLocalsInit]
    private bool TryAdd(string key, ReadOnlySpan<byte> value, uint life, out bool isRefused)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Add(text.Key, value, life, out isRefused);
    }

    private readonly struct FlightTarget(BlobShardCache cache, uint life)
        : IFlightTarget<string, ReadOnlyMemory<byte>>
    {
        private readonly BlobShardCache _cache = cache;
        private readonly uint _life = life;

        // The request was counted when it missed.
        public bool TryFind(string key, out ReadOnlyMemory<byte> value) =>
            _cache.TryCopyToArray(key, marks: false, out value);

        // Another write may have added the key, and its entry may be gone again when it is to be read.
        public ReadOnlyMemory<byte> Add(string key, ReadOnlyMemory<byte> value)
        {
            ReadOnlyMemory<byte> stored = value;
            while (!_cache.TryAdd(key, value.Span, _life, out bool isRefused)
                && !isRefused
                && !TryFind(key, out stored))
            {
                stored = value;
            }

            return stored;
        }
    }
}
