using FastShardMap.Flights;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMap
{
    private FlightTable<string, ReadOnlyMemory<byte>>? _flights;

    /// <summary>The number of values that factories are creating, for tests.</summary>
    internal int FlightCount => _flights?.Count ?? 0;

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Of all calls for one key that wait at the same time, the first one
    /// runs its factory, and the others get the value of that factory. No lock is held while it runs. Its token is
    /// canceled when all these calls have been canceled, or when the map is disposed. The bytes must not change
    /// afterwards, because all these calls return the same memory.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The bytes of the existing value, in an array of its own, or those that the factory returned.</returns>
    /// <remarks>As for <see cref="ShardMap{TKey, TValue, THasher}.GetOrAddAsync(TKey, Func{TKey, CancellationToken,
    /// ValueTask{TValue}}, CancellationToken)"/>, except that a hit allocates the array. <c>TryGetValue</c> reads a
    /// present key without an allocation.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> or <paramref name="valueFactory"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed, perhaps while the factory runs.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this map;
    /// or the map is in an exclusive phase.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> GetOrAddAsync(
        string key,
        Func<string, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> valueFactory,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryCopy(key, out ReadOnlyMemory<byte> present)
            ? new ValueTask<ReadOnlyMemory<byte>>(present)
            : FlyAsync(key, new AsyncFactory<string, ReadOnlyMemory<byte>>(valueFactory), cancellationToken);
    }

    /// <summary>Gets the value of a key, and adds a value from an asynchronous factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value, as for the other overload.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="cancellationToken">A token to stop waiting. The factory goes on while other calls wait for
    /// it.</param>
    /// <returns>The bytes of the existing value, in an array of its own, or those that the factory returned.</returns>
    /// <inheritdoc cref="GetOrAddAsync(string, Func{string, CancellationToken, ValueTask{ReadOnlyMemory{byte}}},
    /// CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="GetOrAddAsync(string, Func{string, CancellationToken, ValueTask{ReadOnlyMemory{byte}}},
    /// CancellationToken)" path="/exception"/>
    public ValueTask<ReadOnlyMemory<byte>> GetOrAddAsync<TArg>(
        string key,
        Func<string, TArg, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> valueFactory,
        TArg factoryArgument,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(valueFactory);
        return TryCopy(key, out ReadOnlyMemory<byte> present)
            ? new ValueTask<ReadOnlyMemory<byte>>(present)
            : FlyAsync(
                key,
                new AsyncFactory<string, ReadOnlyMemory<byte>, TArg>(valueFactory, factoryArgument),
                cancellationToken);
    }

    private ValueTask<ReadOnlyMemory<byte>> FlyAsync<TFactory>(
        string key, TFactory factory, CancellationToken cancellationToken)
        where TFactory : struct, IAsyncValueFactory<string, ReadOnlyMemory<byte>>
    {
        _map.Shards.ThrowIfDisposed();
        _map.Shards.ThrowIfInCallback();
        GC.KeepAlive(_map);
        return FlightTables.OfText(ref _flights)
            .GetOrAddAsync(key, factory, new FlightTarget(this), cancellationToken);
    }

    private bool TryCopy(string key, out ReadOnlyMemory<byte> value)
    {
        byte[] room = [];
        int length;
        while (!TryGetValue(key, room, out length))
        {
            if (length < 0)
            {
                value = default;
                return false;
            }

            room = new byte[length];
        }

        value = room.AsMemory(0, length);
        return true;
    }

    private readonly struct FlightTarget(BlobShardMap map) : IFlightTarget<string, ReadOnlyMemory<byte>>
    {
        private readonly BlobShardMap _map = map;

        public bool TryFind(string key, out ReadOnlyMemory<byte> value) => _map.TryCopy(key, out value);

        public ReadOnlyMemory<byte> Add(string key, ReadOnlyMemory<byte> value)
        {
            ReadOnlyMemory<byte> stored = value;
            while (!_map.TryAdd(key, value.Span) && !_map.TryCopy(key, out stored))
            {
                stored = value;
            }

            return stored;
        }
    }
}
