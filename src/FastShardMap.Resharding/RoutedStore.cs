using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>Reads and writes keys on independent servers, also while slots move between them.</summary>
/// <remarks>
/// <para>A write takes effect on exactly one server at any time, in a transaction that checks the slot's fence. A
/// process that was paused and knows an old table therefore cannot write to a server that no longer owns the slot: the
/// write is refused and repeated by the new table. A read sees every write that completed before it began, whatever
/// table this process knew.</para>
/// <para>While a slot moves, the new value of a key is on both servers when a write completes; if the second server
/// cannot be reached, the key stays in a log, and readers of the second server consult the log first.</para>
/// <para>All members are thread-safe. No operation takes longer than <see cref="ShardingOptions.OperationTimeout"/>
/// plus the time of one request.</para>
/// </remarks>
public sealed partial class RoutedStore : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly NodeConnections _connections;
    private readonly RouteStore _routes;
    private readonly SlotOperations _operations;
    private readonly TimeSpan _timeout;
    private readonly long _leaseTicks;
    private readonly Action<RouteMap>? _changing;

    [SuppressMessage("Usage", "CA2213", Justification = "A refresh that is under way outlives the store.")]
    private readonly SemaphoreSlim _refresh = new(1, 1);
    private Leased _current;
    private long _deferred;

    private RoutedStore(
        ShardingOptions options,
        NodeConnections connections,
        RouteStore routes,
        RouteMap map,
        long since,
        Action<RouteMap>? changing)
    {
        _connections = connections;
        _routes = routes;
        _operations = new SlotOperations(connections);
        _timeout = options.OperationTimeout;
        _leaseTicks = (long)(options.Lease.TotalSeconds * Stopwatch.Frequency);
        _current = new Leased(map, since + _leaseTicks);
        _changing = changing;
        changing?.Invoke(map);
    }

    /// <summary>Gets the table of slots that this process knows.</summary>
    public SlotTable Table => Volatile.Read(ref _current).Map.Table;

    /// <summary>Gets the number of writes of this process that completed before the second server of a move had them.
    /// A coordinator brings them over.</summary>
    public long DeferredWrites => Interlocked.Read(ref _deferred);

    /// <summary>The table by which an operation that begins now reads and writes, or an older one.</summary>
    internal RouteMap Map => Volatile.Read(ref _current).Map;

    /// <summary>Runs after others were told of a new table and before it is used; tests hold it up.</summary>
    internal Action? BeforeUse { get; set; }

    /// <summary>Connects, and reads the table of slots.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ReshardException">The control server holds no table, or a damaged one; or the lease is longer
    /// than that of the table.</exception>
    /// <exception cref="RedisException">The control server cannot be reached.</exception>
    public static Task<RoutedStore> ConnectAsync(ShardingOptions options) =>
        ConnectAndTellAsync(options, changing: null);

    /// <param name="options">How to reach the servers.</param>
    /// <param name="changing">Is called with each table, in their order, before anything is read or written by
    /// it.</param>
    internal static async Task<RoutedStore> ConnectAndTellAsync(
        ShardingOptions options, Action<RouteMap>? changing)
    {
        ArgumentNullException.ThrowIfNull(options);
        NodeConnections connections = new(options);
        try
        {
            RouteStore routes = new(connections);
            long since = Stopwatch.GetTimestamp();
            RouteMap map = await routes.ReadAsync().ConfigureAwait(false);
            if (options.LeaseMilliseconds > map.Document.LeaseMilliseconds)
            {
                throw new ReshardException(
                    $"The lease of {options.LeaseMilliseconds} ms is longer than that of the table, "
                        + $"{map.Document.LeaseMilliseconds} ms, for which coordinators wait. Use a shorter one, or "
                        + "store a plan with a coordinator that has the longer one.");
            }

            return new RoutedStore(options, connections, routes, map, since, changing);
        }
        catch
        {
            await connections.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The value, or null.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is null, empty, or starts with
    /// <c>fsm:</c>.</exception>
    /// <exception cref="TimeoutException">The operation took longer than
    /// <see cref="ShardingOptions.OperationTimeout"/>.</exception>
    /// <exception cref="RedisException">A server cannot be reached, or refused the request.</exception>
    public Task<RedisValue> GetAsync(RedisKey key) =>
        ReadAsync(Check(key), static (database, name) => database.StringGetAsync(name));

    /// <summary>Reads something of a key, from a server that has every write that completed.</summary>
    internal async Task<T> ReadAsync<T>(byte[] bytes, Func<IDatabaseAsync, RedisKey, Task<T>> read)
    {
        Operation operation = new(_timeout);
        long than = -1;
        while (true)
        {
            Leased leased = await FreshAsync(than).ConfigureAwait(false);
            SlotRule rule = leased.Map.RuleOf(SlotTable.SlotOf(bytes, leased.Map.Document.Seed));
            (bool known, T? value) = await ReadAsync(rule, bytes, read, operation).ConfigureAwait(false);

            // Copies are deleted only when no lease is left that leads to them.
            if (known && Stopwatch.GetTimestamp() <= leased.Until)
            {
                return value!;
            }

            than = known ? -1 : leased.Map.Epoch;
            await operation.PauseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, not null.</param>
    /// <param name="expiry">The time after which the key expires, or null for never.</param>
    /// <returns>A task that completes when the write has taken effect.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is null, empty, or starts with <c>fsm:</c>; or
    /// <paramref name="value"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expiry"/> is not positive.</exception>
    /// <exception cref="TimeoutException">The operation took longer than
    /// <see cref="ShardingOptions.OperationTimeout"/>. The write may have taken effect.</exception>
    /// <exception cref="RedisException">A server cannot be reached, or refused the request. The write may have taken
    /// effect.</exception>
    public Task SetAsync(RedisKey key, RedisValue value, TimeSpan? expiry = null)
    {
        if (value.IsNull)
        {
            throw new ArgumentException("The value is null; use RemoveAsync to remove a key.", nameof(value));
        }

        if (expiry <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(expiry), expiry, "The expiry must be positive.");
        }

        return WriteAsync(Check(key), value, expiry, notice: null);
    }

    /// <summary>Removes a key, if it is there.</summary>
    /// <param name="key">The key.</param>
    /// <returns>A task that completes when the removal has taken effect.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is null, empty, or starts with
    /// <c>fsm:</c>.</exception>
    /// <exception cref="TimeoutException">The operation took longer than
    /// <see cref="ShardingOptions.OperationTimeout"/>. The removal may have taken effect.</exception>
    /// <exception cref="RedisException">A server cannot be reached, or refused the request. The removal may have taken
    /// effect.</exception>
    public Task RemoveAsync(RedisKey key) => WriteAsync(Check(key), RedisValue.Null, null, notice: null);

    /// <summary>Closes the connections.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Writes or removes a key, and publishes it in the same transaction.</summary>
    /// <returns>The answer to the command: whether a key that is removed was there.</returns>
    internal async Task<bool> WriteAsync(byte[] key, RedisValue value, TimeSpan? expiry, RedisChannel? notice)
    {
        Operation operation = new(_timeout);
        long than = -1;
        while (true)
        {
            (bool? answer, than) = await TryWriteAsync(
                key, value, expiry, notice, condition: null, than, operation).ConfigureAwait(false);
            if (answer is bool done)
            {
                return done;
            }

            await operation.PauseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes a key if it still has a value; null means that it must not be there.</summary>
    internal async Task<bool> ReplaceAsync(byte[] key, RedisValue value, RedisValue expected, RedisChannel? notice)
    {
        Condition condition = expected.IsNull ? Condition.KeyNotExists(key) : Condition.StringEqual(key, expected);
        Operation operation = new(_timeout);
        long than = -1;
        while (true)
        {
            (bool? answer, than) = await TryWriteAsync(
                key, value, expiry: null, notice, condition, than, operation).ConfigureAwait(false);
            if (answer is not null)
            {
                return true;
            }

            // Either the fence or the value was another. Only the value says that the caller is late.
            if (await GetAsync(key).ConfigureAwait(false) != expected)
            {
                return false;
            }

            await operation.PauseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Asks the control server whether there is a newer table.</summary>
    internal async Task RefreshAsync()
    {
        await EnterRefreshAsync().ConfigureAwait(false);
        try
        {
            await RefreshOnceAsync(Volatile.Read(ref _current)).ConfigureAwait(false);
        }
        finally
        {
            _refresh.Release();
        }
    }

    private static byte[] Check(RedisKey key)
    {
        byte[]? bytes = key;
        if (bytes is null || bytes.Length == 0 || SlotKeys.IsReserved(bytes))
        {
            throw new ArgumentException(
                $"The key must not be null or empty, or start with '{SlotKeys.Reserved}' or the byte 255 and this.",
                nameof(key));
        }

        return bytes;
    }

    /// <summary>A table with a valid lease, and of a later epoch than one that was found out of date.</summary>
    private async ValueTask<Leased> FreshAsync(long than)
    {
        Leased current = Volatile.Read(ref _current);
        long left = current.Until - Stopwatch.GetTimestamp();
        if (current.Map.Epoch > than && left > _leaseTicks / 4)
        {
            if (left < _leaseTicks / 2 && _refresh.Wait(0))
            {
                _ = RefreshAheadAsync(current); // nobody waits, so a new table does not delay the operations
            }

            return current;
        }

        await EnterRefreshAsync().ConfigureAwait(false);
        try
        {
            current = Volatile.Read(ref _current);
            return current.Map.Epoch > than && Stopwatch.GetTimestamp() < current.Until - (_leaseTicks / 4)
                ? current
                : await RefreshOnceAsync(current).ConfigureAwait(false);
        }
        finally
        {
            _refresh.Release();
        }
    }

    private async Task RefreshAheadAsync(Leased current)
    {
        await Task.Yield();
        try
        {
            if (current == Volatile.Read(ref _current))
            {
                await RefreshOnceAsync(current).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ReshardException
            or ObjectDisposedException)
        {
            // Operations ask again when the lease is about to end, and throw if that fails, too.
        }
        finally
        {
            _refresh.Release();
        }
    }

    private async Task EnterRefreshAsync()
    {
        if (!await _refresh.WaitAsync(_timeout).ConfigureAwait(false))
        {
            throw new TimeoutException("The control server did not give a table of slots in time.");
        }
    }

    private async Task<Leased> RefreshOnceAsync(Leased current)
    {
        long since = Stopwatch.GetTimestamp();
        RouteMap map = await _routes.ReadEpochAsync().ConfigureAwait(false) == current.Map.Epoch
            ? current.Map
            : await _routes.ReadAsync().ConfigureAwait(false);
        if (map.Epoch < current.Map.Epoch)
        {
            throw new ReshardException(
                $"The control server went back from epoch {current.Map.Epoch} to {map.Epoch}.");
        }

        if (map != current.Map)
        {
            _changing?.Invoke(map);
            BeforeUse?.Invoke();
        }

        current = new Leased(map, since + LeaseTicksOf(map.Document, _leaseTicks));
        Volatile.Write(ref _current, current);
        return current;
    }

    /// <summary>Returns how long reads may use a table. It may have been created anew, by a coordinator that waits for
    /// a shorter lease than this process had.</summary>
    internal static long LeaseTicksOf(RouteDocument document, long leaseTicks) =>
        document.LeaseMilliseconds is long milliseconds
            ? Math.Min(leaseTicks, milliseconds * Stopwatch.Frequency / 1000)
            : leaseTicks;

    /// <summary>A table, and the time up to which reads may use it.</summary>
    private sealed record Leased(RouteMap Map, long Until);

    private sealed class Operation(TimeSpan timeout)
    {
        public long Deadline { get; } = Environment.TickCount64 + (long)timeout.TotalMilliseconds;

        public async Task PauseAsync()
        {
            if (Environment.TickCount64 > Deadline)
            {
                throw new TimeoutException("The operation was repeated until its time was over.");
            }

            await Task.Delay(Pause).ConfigureAwait(false);
        }
    }
}
