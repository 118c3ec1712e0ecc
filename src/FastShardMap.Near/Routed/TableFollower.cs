using FastShardMap.Near.Engine;
using FastShardMap.Resharding;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Near.Routed;

/// <summary>Keeps the near maps of a routed near map in step with the table of slots on the control server: asks for
/// it, connects to nodes that join, and parts from nodes that leave.</summary>
internal sealed class TableFollower<TKey, TValue> : IAsyncDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly Func<string, NearMapOptions> _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NearMap<TKey, TValue>> _maps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _joining = new(StringComparer.Ordinal);
    private readonly List<Task> _leaving = [];
    private readonly byte[] _stem;
    private readonly InvalidationSource _source;
    private RoutedStore? _store;
    private RoutedEntries? _entries;
    private RouteMap? _map;
    private NodeRoutes<TKey, TValue>? _routes;
    private long _stamp;
    private TimeSpan _period = TimeSpan.MaxValue;
    private TimeSpan _grace;
    private Task _following = Task.CompletedTask;
    private int _disposed;

    private TableFollower(Func<string, NearMapOptions> options, NearMapOptions first)
    {
        _options = options;
        Prefix = first.Prefix;
        _source = first.Source;
        _stem = new KeyFormat(Prefix).Encode([]);
    }

    public string Prefix { get; }

    public NodeRoutes<TKey, TValue> Routes => Volatile.Read(ref _routes)!;

    public RoutedStore Store => _store!;

    /// <summary>Whether reads may still go by an older table than that of the routes, which are told of a new table
    /// first.</summary>
    public bool IsAheadOfReads(NodeRoutes<TKey, TValue> routes) => _store!.Map.Epoch < routes.Map!.Epoch;

    public static async Task<TableFollower<TKey, TValue>> StartAsync(
        ShardingOptions sharding, Func<string, NearMapOptions> options, CancellationToken cancellationToken)
    {
        TableFollower<TKey, TValue>? follower = null;
        RoutedStore? store = null;
        long stamp = Environment.TickCount64;
        try
        {
            store = await RoutedStore
                .ConnectAndTellAsync(sharding, map => Volatile.Read(ref follower)?.Change(map)).ConfigureAwait(false);
            string[] nodes = [.. store.Table.Nodes.Select(node => node.Name)];
            Volatile.Write(ref follower, new TableFollower<TKey, TValue>(options, options(nodes[0])));
            await follower.ConnectAsync(store, nodes, stamp, cancellationToken).ConfigureAwait(false);
            return follower;
        }
        catch
        {
            // What the caller learns is why the map has not connected, also if closing fails.
            if (follower is not null)
            {
                await follower.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (store is not null)
            {
                await store.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll([.. _joining.Values, .. _leaving]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            // A listener of the program may throw when a map ends its meter.
            await Task.WhenAll(_maps.Values.Select(map => map.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
        finally
        {
            _stop.Dispose();
            if (_store is not null)
            {
                await _store.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ConnectAsync(
        RoutedStore store, string[] nodes, long stamp, CancellationToken cancellationToken)
    {
        _store = store;
        _stamp = stamp;
        RedisChannel? notice = _source == InvalidationSource.Tracking
            ? default(RedisChannel?)
            : RedisChannel.Literal(new KeyFormat(Prefix).Channel);
        _entries = new RoutedEntries(store, notice, Changed);
        NearMapOptions[] settings = [.. nodes.Select(node => OptionsOf(node, _options))];
        await Task.WhenAll(nodes.Zip(settings, (node, one) => JoinAsync(node, one, cancellationToken)))
            .ConfigureAwait(false);
        Change(store.Map);
        _following = Task.Run(FollowAsync, CancellationToken.None);
    }

    private NearMapOptions OptionsOf(string node, Func<string, NearMapOptions> options)
    {
        NearMapOptions own = options(node);
        if (SlotKeys.IsReserved(_stem))
        {
            throw new ArgumentException(
                $"The prefix must not start with '{SlotKeys.Reserved}'.", nameof(options));
        }

        if (own.Prefix != Prefix)
        {
            throw new ArgumentException("The prefix is not the same for all nodes.", nameof(options));
        }

        if (own.Source != _source)
        {
            throw new ArgumentException("The source of invalidations is not the same for all nodes.", nameof(options));
        }

        own.Entries = _entries;
        return own;
    }

    private async Task JoinAsync(string node, NearMapOptions options, CancellationToken cancellationToken)
    {
        NearMap<TKey, TValue> map =
            await NearMap<TKey, TValue>.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            map.RenewTable(_stamp);
            _maps.Add(node, map);
            TimeSpan period = options.MaxStaleness / 4;
            _period = period < _period ? period : _period;
            _grace = options.OperationTimeout * 4 > _grace ? options.OperationTimeout * 4 : _grace;
            if (_map is not null)
            {
                Settle(_map);
            }
        }
    }

    /// <summary>Is called before anything is read or written by the new table.</summary>
    private void Change(RouteMap map)
    {
        lock (_gate)
        {
            if (_map is null || map.Epoch >= _map.Epoch)
            {
                Settle(map);
            }
        }
    }

    private void Settle(RouteMap map)
    {
        Volatile.Write(ref _routes, NodeRoutes<TKey, TValue>.OfMap(map, _stem, _maps, _routes));
        _map = map;
    }

    /// <summary>A key was written, perhaps by another table than that by which the write began: no map may keep what a
    /// reader in between has stored.</summary>
    private void Changed(byte[] engineKey)
    {
        foreach (NearMap<TKey, TValue>? map in Routes.Maps)
        {
            map?.RemoveLocal(engineKey);
        }
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(_period, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                long stamp = Environment.TickCount64;
                await _store!.RefreshAsync().WaitAsync(_stop.Token).ConfigureAwait(false);
                lock (_gate)
                {
                    _stamp = stamp;
                    foreach (NearMap<TKey, TValue> map in _maps.Values)
                    {
                        map.RenewTable(stamp);
                    }
                }

                Follow();
            }
            catch (Exception)
            {
                // Whatever it is, also what is no table: without one, the maps are suspended when the last one is too
                // old, and live again with the next one.
            }
        }
    }

    private void Follow()
    {
        lock (_gate)
        {
            string[] nodes = [.. _map!.Table.Nodes.Select(node => node.Name)];
            foreach (string node in nodes.Where(node => !_maps.ContainsKey(node)))
            {
                if (!_joining.TryGetValue(node, out Task? joining) || joining.IsCompleted)
                {
                    _joining[node] = JoinLaterAsync(node);
                }
            }

            foreach (string node in _maps.Keys.Except(nodes, StringComparer.Ordinal).ToArray())
            {
                _maps.Remove(node, out NearMap<TKey, TValue>? map);
                _leaving.RemoveAll(one => one.IsCompleted);
                _leaving.Add(LeaveAsync(map!));
            }
        }
    }

    // Reads and writes go on meanwhile, without copies of that node.
    private async Task JoinLaterAsync(string node)
    {
        await Task.Yield();
        try
        {
            await JoinAsync(node, OptionsOf(node, _options), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever it is, also from the program's function: the map shows that it is suspended.
            await Task.Delay(s_retryDelay, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Operations that began by an older table end first.
    private async Task LeaveAsync(NearMap<TKey, TValue> map)
    {
        await Task.Delay(_grace, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await map.DisposeAsync().ConfigureAwait(false);
    }
}
