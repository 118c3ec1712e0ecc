using FastShardMap.Flights;

namespace FastShardMap;

public sealed unsafe partial class BytesShardMap<TValue>
{
    private FlightTable<ReadOnlyMemory<byte>, TValue>? _flights;

    /// <summary>The number of values that factories are creating, for tests.</summary>
    internal int FlightCount => _flights?.Count ?? 0;

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value from a copy of the key. Of all calls for one key that wait at the
    /// same time, the first one runs its factory, and the others get the value of that factory. No lock is held while
    /// it runs. Its token is canceled when all these calls have been canceled, or when the map is disposed.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>As for <see cref="ShardMap{TKey, TValue, THasher}.GetOrAddAsync(TKey, Func{TKey, CancellationToken,
    /// ValueTask{TValue}}, CancellationToken)"/>.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed, perhaps while the factory runs.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this map;
    /// or the map is in an exclusive phase.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    public ValueTask<TValue> GetOrAddAsync(
        ReadOnlyMemory<byte> key,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<TValue>> valueFactory,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryGetValue(key.Span, out TValue present)
            ? new ValueTask<TValue>(present)
            : FlyAsync(key, new AsyncFactory<ReadOnlyMemory<byte>, TValue>(valueFactory), cancellationToken);
    }

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value from a copy of the key. Of all calls for one key that wait at the
    /// same time, the first one runs its factory, and the others get the value of that factory. No lock is held while
    /// it runs. Its token is canceled when all these calls have been canceled, or when the map is disposed.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <inheritdoc cref="GetOrAddAsync(ReadOnlyMemory{byte}, Func{ReadOnlyMemory{byte}, CancellationToken,
    /// ValueTask{TValue}}, CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="GetOrAddAsync(ReadOnlyMemory{byte}, Func{ReadOnlyMemory{byte}, CancellationToken,
    /// ValueTask{TValue}}, CancellationToken)" path="/exception"/>
    public ValueTask<TValue> GetOrAddAsync<TArg>(
        ReadOnlyMemory<byte> key,
        Func<ReadOnlyMemory<byte>, TArg, CancellationToken, ValueTask<TValue>> valueFactory,
        TArg factoryArgument,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryGetValue(key.Span, out TValue present)
            ? new ValueTask<TValue>(present)
            : FlyAsync(
                key,
                new AsyncFactory<ReadOnlyMemory<byte>, TValue, TArg>(valueFactory, factoryArgument),
                cancellationToken);
    }

    private ValueTask<TValue> FlyAsync<TFactory>(
        ReadOnlyMemory<byte> key, TFactory factory, CancellationToken cancellationToken)
        where TFactory : struct, IAsyncValueFactory<ReadOnlyMemory<byte>, TValue>
    {
        _map.Shards.ThrowIfDisposed();
        _map.Shards.ThrowIfInCallback();
        GC.KeepAlive(_map);
        return FlightTables.OfBytes(ref _flights)
            .GetOrAddAsync(key.ToArray(), factory, new FlightTarget(this), cancellationToken);
    }

    private readonly struct FlightTarget(BytesShardMap<TValue> map) : IFlightTarget<ReadOnlyMemory<byte>, TValue>
    {
        private readonly BytesShardMap<TValue> _map = map;

        public bool TryFind(ReadOnlyMemory<byte> key, out TValue value) => _map.TryGetValue(key.Span, out value);

        public TValue Add(ReadOnlyMemory<byte> key, TValue value) => _map.GetOrAdd(key.Span, value);
    }
}
