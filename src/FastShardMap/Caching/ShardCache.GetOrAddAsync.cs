using FastShardMap.Caching;
using FastShardMap.Flights;
using FastShardMap.Operations;

namespace FastShardMap;

public partial class ShardCache<TKey, TValue, THasher>
{
    private FlightTable<TKey, TValue>? _flights;

    /// <summary>The number of values that factories are creating, for tests.</summary>
    internal int FlightCount => Volatile.Read(ref _flights)?.Count ?? 0;

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Of all calls for one key that wait at the same time, the first one
    /// runs its factory, and the others get the value of that factory. No lock is held while it runs. Its token is
    /// canceled when all these calls have been canceled, or when the cache is disposed.</param>
    /// <param name="timeToLive">The time after which an added entry expires, from the end of the factory on; null for
    /// that of the options. The time of the call whose factory runs counts.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>
    /// <para>If the key is present, the call is a lookup: it completes synchronously, and allocates nothing. Otherwise
    /// it allocates objects of the call, and runs the factory up to its first wait.</para>
    /// <para>If the factory throws, all calls that wait for it throw the same exception, and nothing is added. The next
    /// call runs its factory. If another write adds the key while the factory runs, the calls return the value of that
    /// write. A removal of the key does not stop a running factory, and its value is added after that.</para>
    /// <para>A factory must not wait for a call with the same key, because that call waits for the factory. It may use
    /// the cache otherwise.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not
    /// <see cref="Timeout.InfiniteTimeSpan"/>), or more than
    /// <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed, perhaps while the factory runs.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this
    /// cache.</exception>
    public ValueTask<TValue> GetOrAddAsync(
        TKey key,
        Func<TKey, CancellationToken, ValueTask<TValue>> valueFactory,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        uint life = LifeOf(timeToLive);
        return TryGetValue(key, out TValue present)
            ? new ValueTask<TValue>(present)
            : FlyAsync(key, new AsyncFactory<TKey, TValue>(valueFactory), life, cancellationToken);
    }

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Of all calls for one key that wait at the same time, the first one
    /// runs its factory, and the others get the value of that factory. No lock is held while it runs. Its token is
    /// canceled when all these calls have been canceled, or when the cache is disposed.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="timeToLive">The time after which an added entry expires, from the end of the factory on; null for
    /// that of the options. The time of the call whose factory runs counts.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <inheritdoc cref="GetOrAddAsync(TKey, Func{TKey, CancellationToken, ValueTask{TValue}}, TimeSpan?,
    /// CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="GetOrAddAsync(TKey, Func{TKey, CancellationToken, ValueTask{TValue}}, TimeSpan?,
    /// CancellationToken)" path="/exception"/>
    public ValueTask<TValue> GetOrAddAsync<TArg>(
        TKey key,
        Func<TKey, TArg, CancellationToken, ValueTask<TValue>> valueFactory,
        TArg factoryArgument,
        TimeSpan? timeToLive = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        uint life = LifeOf(timeToLive);
        return TryGetValue(key, out TValue present)
            ? new ValueTask<TValue>(present)
            : FlyAsync(
                key, new AsyncFactory<TKey, TValue, TArg>(valueFactory, factoryArgument), life, cancellationToken);
    }

    private ValueTask<TValue> FlyAsync<TFactory>(
        TKey key, TFactory factory, uint life, CancellationToken cancellationToken)
        where TFactory : struct, IAsyncValueFactory<TKey, TValue>
    {
        _shards.ThrowIfDisposed();
        _shards.ThrowIfInCallback();
        GC.KeepAlive(this);
        return FlightTables.Of<TKey, TValue, THasher>(ref _flights)
            .GetOrAddAsync(key, factory, new FlightTarget(this, life), cancellationToken);
    }

    private readonly struct FlightTarget(ShardCache<TKey, TValue, THasher> cache, uint life)
        : IFlightTarget<TKey, TValue>
    {
        private readonly ShardCache<TKey, TValue, THasher> _cache = cache;
        private readonly uint _life = life;

        // The request was counted when it missed.
        public bool TryFind(TKey key, out TValue value) => _cache.TryPeek(key, out value);

        public TValue Add(TKey key, TValue value)
        {
            CacheOperation<TValue, GetOrAddOperation<TValue>> operation =
                _cache.Storing(new GetOrAddOperation<TValue>(value), _life);
            _cache.WriteLocked(key, ref operation);
            return operation.Inner.Value;
        }
    }
}
