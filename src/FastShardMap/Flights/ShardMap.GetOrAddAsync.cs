using FastShardMap.Flights;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    private FlightTable<TKey, TValue>? _flights;

    /// <summary>The number of values that factories are creating, for tests.</summary>
    internal int FlightCount => Volatile.Read(ref _flights)?.Count ?? 0;

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Of all calls for one key that wait at the same time, the first one
    /// runs its factory, and the others get the value of that factory. No lock is held while it runs. Its token is
    /// canceled when all these calls have been canceled, or when the map is disposed.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>
    /// <para>If the key is present, the call is lock-free, completes synchronously, and allocates nothing. Otherwise it
    /// allocates objects of the call, and runs the factory up to its first wait.</para>
    /// <para>If the factory throws, all calls that wait for it throw the same exception, and nothing is added. The next
    /// call runs its factory. If another write adds the key while the factory runs, the calls return the value of that
    /// write. A removal of the key does not stop a running factory, and its value is added after that.</para>
    /// <para>A factory must not wait for a call with the same key, because that call waits for the factory. It may use
    /// the map otherwise.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed, perhaps while the factory runs.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this map;
    /// or the map is in an exclusive phase.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public ValueTask<TValue> GetOrAddAsync(
        TKey key,
        Func<TKey, CancellationToken, ValueTask<TValue>> valueFactory,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryGetValue(key, out TValue present)
            ? new ValueTask<TValue>(present)
            : FlyAsync(key, new AsyncFactory<TKey, TValue>(valueFactory), cancellationToken);
    }

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Of all calls for one key that wait at the same time, the first one
    /// runs its factory, and the others get the value of that factory. No lock is held while it runs. Its token is
    /// canceled when all these calls have been canceled, or when the map is disposed.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <inheritdoc cref="GetOrAddAsync(TKey, Func{TKey, CancellationToken, ValueTask{TValue}}, CancellationToken)"
    /// path="/remarks"/>
    /// <inheritdoc cref="GetOrAddAsync(TKey, Func{TKey, CancellationToken, ValueTask{TValue}}, CancellationToken)"
    /// path="/exception"/>
    public ValueTask<TValue> GetOrAddAsync<TArg>(
        TKey key,
        Func<TKey, TArg, CancellationToken, ValueTask<TValue>> valueFactory,
        TArg factoryArgument,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryGetValue(key, out TValue present)
            ? new ValueTask<TValue>(present)
            : FlyAsync(key, new AsyncFactory<TKey, TValue, TArg>(valueFactory, factoryArgument), cancellationToken);
    }

    private ValueTask<TValue> FlyAsync<TFactory>(TKey key, TFactory factory, CancellationToken cancellationToken)
        where TFactory : struct, IAsyncValueFactory<TKey, TValue>
    {
        _shards.ThrowIfDisposed();
        _shards.ThrowIfInCallback();
        GC.KeepAlive(this);
        return FlightTables.Of<TKey, TValue, THasher>(ref _flights)
            .GetOrAddAsync(key, factory, new FlightTarget(this), cancellationToken);
    }

    // The root knows no folder above it.
    private void CloseFlights() => FlightTables.Close(ref _flights, _shards.Description);

    private readonly struct FlightTarget(ShardMap<TKey, TValue, THasher> map) : IFlightTarget<TKey, TValue>
    {
        private readonly ShardMap<TKey, TValue, THasher> _map = map;

        public bool TryFind(TKey key, out TValue value) => _map.TryGetValue(key, out value);

        public TValue Add(TKey key, TValue value) => _map.GetOrAdd(key, value);
    }
}
