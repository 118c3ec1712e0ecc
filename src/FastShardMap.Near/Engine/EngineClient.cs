using System.Diagnostics;
using System.Net;
using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>The connection of a near map to its engine, and the task that keeps its lease: it connects to all
/// primaries, sends heartbeats, and begins anew when invalidations may be lost.</summary>
internal sealed class EngineClient : IAsyncDisposable
{
    private static readonly TimeSpan s_firstRetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestRetryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Answers of a node that does not have the slot, or not now. The last is the client library's, which
    /// follows one answer: while nodes agree on a new owner, each can name the other.</summary>
    private static readonly string[] s_elsewhere = ["MOVED ", "ASK ", "TRYAGAIN", "CLUSTERDOWN", "Key has MOVED"];

    private readonly ConnectionMultiplexer _connection;
    private readonly ConfigurationOptions _connectionOptions;
    private readonly NearMapOptions _options;
    private readonly IInvalidationSink _sink;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstArmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _refreshGate = new();
    private Task _refresh = Task.CompletedTask;
    private Task _supervision = Task.CompletedTask;
    private NodeLink[] _links = [];
    private int _disposed;

    private EngineClient(
        ConnectionMultiplexer connection,
        ConfigurationOptions connectionOptions,
        NearMapOptions options,
        KeyFormat keys,
        EngineWrites writes, IInvalidationSink sink)
    {
        _connection = connection;
        _connectionOptions = connectionOptions;
        _options = options;
        _sink = sink;
        Keys = keys;
        Writes = writes;
        Database = connection.GetDatabase(DatabaseNumber);
        Lease = new Lease(
            options.MaxStaleness,
            options.ExactStaleness,
            options.CountHits,
            needsTable: options.Entries is not null);
    }

    public KeyFormat Keys { get; }

    public EngineWrites Writes { get; }

    public IDatabase Database { get; }

    public Lease Lease { get; }

    public bool IsCluster { get; private set; }

    public VersionSequence Versions { get; } = new();

    /// <summary>How long heartbeats took to come back.</summary>
    public Action<TimeSpan>? HeartbeatReturned { get; set; }

    /// <summary>Invalidations that have arrived and wait for this process.</summary>
    public int WaitingInvalidations => Volatile.Read(ref _links).Sum(link => link.Waiting);

    private int DatabaseNumber => _connectionOptions.DefaultDatabase ?? 0;

    /// <summary>Connects, agrees on the source of invalidations, and waits until the map is live.</summary>
    public static async Task<EngineClient> ConnectAsync(
        NearMapOptions options, IInvalidationSink sink, CancellationToken cancellationToken)
    {
        ConfigurationOptions connectionOptions = OptionsFor(options);
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeout);
        Task<ConnectionMultiplexer> connecting = ConnectionMultiplexer.ConnectAsync(connectionOptions);
        EngineClient? client = null;
        try
        {
            ConnectionMultiplexer connection = await connecting.WaitAsync(timeout.Token).ConfigureAwait(false);
            KeyFormat keys = new(options.Prefix, isRouted: options.Entries is not null);
            InvalidationSource source = await SourceAgreement
                .ReachAsync(connection, connectionOptions.DefaultDatabase ?? 0, keys, options.Source)
                .WaitAsync(timeout.Token).ConfigureAwait(false);
            EngineWrites writes = new(source, keys.Channel);
            client = new EngineClient(connection, connectionOptions, options, keys, writes, sink);
            await client.StartAsync(timeout.Token).ConfigureAwait(false);
            return client;
        }
        catch (Exception exception)
        {
            if (client is not null)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                _ = connecting.ContinueWith(
                    static connected => connected.Result.DisposeAsync().AsTask(),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion,
                    TaskScheduler.Default);
            }

            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"The engine at {NearMapOptions.Addresses(connectionOptions)} did not answer within "
                    + $"{options.ConnectTimeout}.",
                    exception);
            }

            throw;
        }
    }

    /// <summary>Whether an answer says that the slot of a key is elsewhere, or not there now.</summary>
    public static bool IsElsewhere(string answer) =>
        Array.Exists(s_elsewhere, word => answer.StartsWith(word, StringComparison.Ordinal));

    /// <summary>Reads or writes, and again if a node answers that the slot of the key is elsewhere. The client library
    /// follows one such answer itself, but none within a transaction. Nothing has been done then: the node has refused
    /// the command, or discarded the transaction.</summary>
    public async Task<T> FollowMovesAsync<T>(Func<Task<T>> operation)
    {
        long started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return await operation().ConfigureAwait(false);
            }
            catch (RedisServerException exception) when (
                IsElsewhere(exception.Message)
                && Environment.TickCount64 - started < _options.OperationTimeout.TotalMilliseconds)
            {
                await RefreshAsync().ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Watchdog.Remove(Lease);
        Lease.Disarm(NearSuspension.Disposed);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _supervision.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _connection.CloseAsync(allowCommandsToComplete: false).WaitAsync(s_closeTimeout)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // It closes later.
        }
        finally
        {
            _stop.Dispose();
        }
    }

    private static ConfigurationOptions OptionsFor(NearMapOptions options)
    {
        ConfigurationOptions own = options.Connection.Clone();
        own.AbortOnConnectFail = true;
        own.AllowAdmin = true; // CLIENT TRACKING
        own.ConnectRetry = 1; // a wrong password does not become right
        own.ReconnectRetryPolicy = new ExponentialRetry(
            (int)s_firstRetryDelay.TotalMilliseconds, (int)s_longestRetryDelay.TotalMilliseconds); // with jitter
        own.BacklogPolicy = BacklogPolicy.FailFast; // a cache does not queue while the engine is away
        own.AsyncTimeout = (int)options.OperationTimeout.TotalMilliseconds;
        own.SyncTimeout = own.AsyncTimeout;
        own.ConnectTimeout = (int)Math.Min(own.ConnectTimeout, options.ConnectTimeout.TotalMilliseconds);
        own.IncludeDetailInExceptions = false;
        own.IncludePerformanceCountersInExceptions = false;
        return own;
    }

    /// <summary>Asks the nodes who owns which slots. Many operations share one question.</summary>
    private async Task RefreshAsync()
    {
        Task refresh;
        lock (_refreshGate)
        {
            if (_refresh.IsCompleted)
            {
                _refresh = RefreshOnceAsync();
            }

            refresh = _refresh;
        }

        await refresh.ConfigureAwait(false);
    }

    private async Task RefreshOnceAsync()
    {
        await Task.Delay(s_firstRetryDelay).ConfigureAwait(false);
        await _connection.ConfigureAsync().ConfigureAwait(false);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        Watchdog.Add(Lease);
        _supervision = Task.Run(SuperviseAsync, CancellationToken.None);
        await _firstArmed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SuperviseAsync()
    {
        TimeSpan delay = s_firstRetryDelay;
        bool refresh = false;
        while (!_stop.IsCancellationRequested)
        {
            List<NodeLink> links = [];
            List<Task> watches = [];
            NearSuspension reason;
            try
            {
                Topology topology = await Topology.ReadAsync(_connection, refresh).ConfigureAwait(false);
                IsCluster = topology.IsCluster;
                await ArmAsync(topology, links).ConfigureAwait(false);
                delay = s_firstRetryDelay;
                _firstArmed.TrySetResult();
                reason = await WatchAsync(topology, links, watches).ConfigureAwait(false);
            }
            catch (SuspensionException exception)
            {
                reason = exception.Reason;
            }
            catch (OperationCanceledException)
            {
                reason = NearSuspension.Disposed;
            }
            catch (RedisServerException exception)
            {
                reason = NearSuspension.Refused;
                _firstArmed.TrySetException(exception);
            }
            catch (NotSupportedException exception)
            {
                reason = NearSuspension.Refused;
                _firstArmed.TrySetException(exception);
            }
            catch (Exception)
            {
                // Of the connection or of the client library: whatever it is, the stream must begin anew.
                reason = NearSuspension.ConnectionLost;
            }

            Lease.Disarm(reason);
            refresh = true;
            foreach (NodeLink link in links)
            {
                await link.DisposeAsync().ConfigureAwait(false);
            }

            // With jitter, so that many processes do not come back at one instant. And the other watches end first:
            // none renews the lease of the links that are made next, and no exception stays unobserved.
            Task pause = Task.Delay(delay * (0.5 + Random.Shared.NextDouble()), _stop.Token);
            await Task.WhenAll([pause, .. watches]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, s_longestRetryDelay.Ticks));
        }
    }

    private async Task ArmAsync(Topology topology, List<NodeLink> links)
    {
        foreach (EndPoint primary in topology.Primaries)
        {
            links.Add(await NodeLink.ConnectAsync(
                _connectionOptions, primary, Writes, Keys, topology.TagOf(_connection, primary, Keys), DatabaseNumber,
                _sink).ConfigureAwait(false));
        }

        // Only what was read after this belongs to the new epoch.
        long[] stamps = new long[links.Count];
        for (int node = 0; node < stamps.Length; node++)
        {
            stamps[node] = await links[node].BeatAsync(_options.ConnectTimeout, _stop.Token).ConfigureAwait(false);
            await topology.CheckAsync(_connection, links[node].Endpoint).ConfigureAwait(false);
        }

        Volatile.Write(ref _links, [.. links]);
        Lease.Arm(stamps);
    }

    /// <summary>Keeps the lease until invalidations may be lost.</summary>
    /// <param name="topology">The topology.</param>
    /// <param name="links">The links to all primaries.</param>
    /// <param name="running">The watches, all but one of which may go on for a while; those of a link end when it is
    /// disposed.</param>
    private async Task<NearSuspension> WatchAsync(Topology topology, List<NodeLink> links, List<Task> running)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task<NearSuspension>[] watches =
        [
            .. links.Select((link, node) => Task.Run(() => KeepLeaseAsync(topology, link, node, stop.Token))),
            .. links.Select(async link => (await link.Failure.ConfigureAwait(false)).Reason),
        ];
        running.AddRange(watches);
        Task<NearSuspension> first = await Task.WhenAny(watches).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        return await first.ConfigureAwait(false);
    }

    private async Task<NearSuspension> KeepLeaseAsync(
        Topology topology, NodeLink link, int node, CancellationToken cancellationToken)
    {
        TimeSpan period = _options.MaxStaleness / 4;

        // A heartbeat that is late suspends the map; one that is this late means that the connection is dead.
        TimeSpan patience = _options.MaxStaleness * 4 > _options.OperationTimeout
            ? _options.MaxStaleness * 4
            : _options.OperationTimeout;
        while (true)
        {
            await Task.Delay(period, cancellationToken).ConfigureAwait(false);
            long started = Environment.TickCount64;

            // The owners of the slots are asked after the time that counts, so that they were these until then.
            await topology.CheckAsync(_connection, link.Endpoint).ConfigureAwait(false);
            long beatStarted = Stopwatch.GetTimestamp(); // finer than the clock of the lease
            long sent = await link.BeatAsync(patience, cancellationToken).ConfigureAwait(false);
            TimeSpan delay = Stopwatch.GetElapsedTime(beatStarted);

            // Before others are told: they take their time.
            Lease.Renew(node, topology.IsCluster ? started : sent);
            TellOfHeartbeat(delay);
        }
    }

    private void TellOfHeartbeat(TimeSpan delay)
    {
        try
        {
            HeartbeatReturned?.Invoke(delay);
        }
        catch (Exception)
        {
            // A listener of the program has thrown. It has no measurement then, and the map still has its lease.
        }
    }
}
