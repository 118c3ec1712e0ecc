using System.Diagnostics;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>Reads and writes keys on independent servers, also while slots move between them.</summary>
/// <remarks>
/// <para>A write takes effect on exactly one server at any time, in a transaction that checks the slot's fence. A
/// process that was paused and knows an old table therefore cannot write to a server that no longer owns the slot: the
/// write is refused and repeated by the new table. A read uses a table that was current at most
/// <see cref="ShardingOptions.Lease"/> ago.</para>
/// <para>While a slot moves, the new value of a key is on both servers when a write completes; if the second server
/// cannot be reached, the key stays in a log, and readers of the second server consult the log first.</para>
/// <para>All members are thread-safe. No operation takes longer than <see cref="ShardingOptions.OperationTimeout"/>
/// plus the time of one request.</para>
/// </remarks>
public sealed class RoutedStore : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly NodeConnections _connections;
    private readonly RouteStore _routes;
    private readonly SlotOperations _operations;
    private readonly TimeSpan _timeout;
    private readonly long _leaseTicks;
    private readonly SemaphoreSlim _refresh = new(1, 1);
    private Leased _current;
    private long _deferred;

    private RoutedStore(
        ShardingOptions options, NodeConnections connections, RouteStore routes, RouteMap map, long since)
    {
        _connections = connections;
        _routes = routes;
        _operations = new SlotOperations(connections);
        _timeout = options.OperationTimeout;
        _leaseTicks = (long)(options.Lease.TotalSeconds * Stopwatch.Frequency);
        _current = new Leased(map, since + _leaseTicks);
    }

    /// <summary>Gets the table of slots that this process knows.</summary>
    public SlotTable Table => Volatile.Read(ref _current).Map.Table;

    /// <summary>Gets the number of writes of this process that completed before the second server of a move had them.
    /// A coordinator brings them over.</summary>
    public long DeferredWrites => Interlocked.Read(ref _deferred);

    /// <summary>Connects, and reads the table of slots.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ReshardException">The control server holds no table, or a damaged one.</exception>
    /// <exception cref="RedisException">The control server cannot be reached.</exception>
    public static async Task<RoutedStore> ConnectAsync(ShardingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        NodeConnections connections = new(options);
        try
        {
            RouteStore routes = new(connections);
            long since = Stopwatch.GetTimestamp();
            RouteMap map = await routes.ReadAsync().ConfigureAwait(false);
            return new RoutedStore(options, connections, routes, map, since);
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
    public async Task<RedisValue> GetAsync(RedisKey key)
    {
        byte[] bytes = Check(key);
        Operation operation = new(_timeout);
        long than = -1;
        while (true)
        {
            Leased leased = await FreshAsync(than).ConfigureAwait(false);
            SlotRule rule = leased.Map.RuleOf(SlotTable.SlotOf(bytes, leased.Map.Document.Seed));
            (bool known, RedisValue value) = await ReadAsync(rule, bytes, operation).ConfigureAwait(false);

            // Copies are deleted only when no lease is left that leads to them.
            if (known && Stopwatch.GetTimestamp() <= leased.Until)
            {
                return value;
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

        return WriteAsync(Check(key), value, expiry);
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
    public Task RemoveAsync(RedisKey key) => WriteAsync(Check(key), RedisValue.Null, null);

    /// <summary>Closes the connections.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync().ConfigureAwait(false);
        _refresh.Dispose();
    }

    private static byte[] Check(RedisKey key)
    {
        byte[]? bytes = key;
        if (bytes is null || bytes.Length == 0 || SlotKeys.IsReserved(bytes))
        {
            throw new ArgumentException(
                $"The key must not be null or empty, or start with '{SlotKeys.Reserved}'.", nameof(key));
        }

        return bytes;
    }

    private async Task WriteAsync(byte[] key, RedisValue value, TimeSpan? expiry)
    {
        Operation operation = new(_timeout);
        long than = -1;
        while (true)
        {
            Leased leased = await FreshAsync(than).ConfigureAwait(false);
            SlotRule rule = leased.Map.RuleOf(SlotTable.SlotOf(key, leased.Map.Document.Seed));
            if (await _operations.TryWriteAsync(rule, key, value, expiry).ConfigureAwait(false))
            {
                await FollowAsync(rule, key).ConfigureAwait(false);
                return;
            }

            than = await HelpAsync(rule, operation).ConfigureAwait(false) ? -1 : leased.Map.Epoch;
            await operation.PauseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The second half of a double write. Its failure is no failure of the write: the key is logged.</summary>
    private async Task FollowAsync(SlotRule rule, byte[] key)
    {
        if (!rule.IsDouble)
        {
            return;
        }

        try
        {
            // In Draining, both fences have the same value; before, the follower's is the authority's too.
            ApplyResult result = await _operations
                .SyncAsync(rule.Authority, rule.Follower, rule.Slot, rule.Token, key).ConfigureAwait(false);
            if (result == ApplyResult.Busy)
            {
                Interlocked.Increment(ref _deferred);
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Interlocked.Increment(ref _deferred);
        }
    }

    /// <summary>Brings fences to where the table says they are; false if the table is out of date.</summary>
    private async Task<bool> HelpAsync(SlotRule rule, Operation operation)
    {
        long fence = await _operations.ReadFenceAsync(rule.Authority, rule.Slot).ConfigureAwait(false);
        if (fence >= rule.Token)
        {
            return fence == rule.Token;
        }

        return rule.State == MoveState.Draining
            ? await _operations.TryHandOverAsync(rule, operation.Deadline).ConfigureAwait(false)
            : await _operations.TryRaiseFenceAsync(rule.Authority, rule.Slot, rule.Token).ConfigureAwait(false);
    }

    private async Task<(bool Known, RedisValue Value)> ReadAsync(SlotRule rule, byte[] key, Operation operation)
    {
        IDatabase database = await _connections.DatabaseAsync(rule.Authority).ConfigureAwait(false);
        if (rule.State == MoveState.Draining)
        {
            // The new owner has every write only if its fence says so. Without the transaction, Garnet would not read
            // both keys at one instant.
            #pragma warning disable SER304
            ITransaction transaction = database.CreateTransaction();
            Task<RedisValue> fence = transaction.StringGetAsync(SlotKeys.Fence(rule.Slot));
            Task<RedisValue> value = transaction.StringGetAsync(key);
            #pragma warning restore SER304
            bool isDone = await transaction.ExecuteAsync().ConfigureAwait(false);
            if (isDone && ((long?)await fence.ConfigureAwait(false) ?? 0) == rule.Token)
            {
                return (true, await value.ConfigureAwait(false));
            }

            await HelpAsync(rule, operation).ConfigureAwait(false);
            return default;
        }

        // First the log, then the value: a key that is not in the log is on the follower already.
        if (rule.IsCutOver(key)
            && !await database.HashExistsAsync(SlotKeys.Log(rule.Slot), key).ConfigureAwait(false))
        {
            database = await _connections.DatabaseAsync(rule.Follower).ConfigureAwait(false);
        }

        return (true, await database.StringGetAsync(key).ConfigureAwait(false));
    }

    /// <summary>A table with a valid lease, and of a later epoch than one that was found out of date.</summary>
    private async ValueTask<Leased> FreshAsync(long than)
    {
        Leased current = Volatile.Read(ref _current);
        if (current.Map.Epoch > than && Stopwatch.GetTimestamp() < current.Until - (_leaseTicks / 4))
        {
            return current;
        }

        if (!await _refresh.WaitAsync(_timeout).ConfigureAwait(false))
        {
            throw new TimeoutException("The control server did not give a table of slots in time.");
        }

        try
        {
            current = Volatile.Read(ref _current);
            long since = Stopwatch.GetTimestamp();
            if (current.Map.Epoch > than && since < current.Until - (_leaseTicks / 4))
            {
                return current;
            }

            RouteMap map = await _routes.ReadEpochAsync().ConfigureAwait(false) == current.Map.Epoch
                ? current.Map
                : await _routes.ReadAsync().ConfigureAwait(false);
            if (map.Epoch < current.Map.Epoch)
            {
                throw new ReshardException(
                    $"The control server went back from epoch {current.Map.Epoch} to {map.Epoch}.");
            }

            current = new Leased(map, since + _leaseTicks);
            Volatile.Write(ref _current, current);
            return current;
        }
        finally
        {
            _refresh.Release();
        }
    }

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
