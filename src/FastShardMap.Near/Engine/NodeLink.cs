using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>
/// The stream of invalidations of one primary: a connection of its own that subscribes to them, and one that writes
/// heartbeats.
/// </summary>
/// <remarks>
/// <para>A heartbeat is a write of a key with the prefix, in the same way as the writes of entries. When its own
/// invalidation comes back through the stream, everything that the node reported before it has come, too, and the node
/// is known to be a primary that accepts writes. Redis reports keys that changed in one turn of its event loop
/// together, at the end of the turn and in the order of their bytes; a message of <c>PUBLISH</c> would overtake those
/// reports. That is why heartbeats are not published under <see cref="InvalidationSource.Tracking"/>, and why their
/// keys come last in the order of bytes.</para>
/// <para>A heartbeat proves this for one connection only. The link therefore counts the sockets of its subscription:
/// after a reconnect it is of no use any more, and the map makes a new one.</para>
/// </remarks>
internal sealed class NodeLink : IAsyncDisposable
{
    private const string TrackingChannel = "__redis__:invalidate";

    /// <summary>Invalidations that may wait for this process. With more, all copies are void instead.</summary>
    public const int MaxBacklog = 1 << 16;

    private static readonly TimeSpan s_heartbeatExpiry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private readonly ConnectionMultiplexer _connection;
    private readonly IServer _server;
    private readonly IDatabase _database;
    private readonly EngineWrites _writes;
    private readonly KeyFormat _keys;
    private readonly IInvalidationSink _sink;
    private readonly byte[] _heartbeatStem;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<SuspensionException> _failure =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChannelMessageQueue? _queue;
    private Task _pump = Task.CompletedTask;
    private long _heartbeats;
    private long _sockets;
    private Heartbeat? _expected;

    private NodeLink(
        ConnectionMultiplexer connection, EndPoint endpoint, EngineWrites writes, KeyFormat keys, int tag, int database,
        IInvalidationSink sink)
    {
        _connection = connection;
        Endpoint = endpoint;
        _server = connection.GetServer(endpoint);
        _database = connection.GetDatabase(database);
        _writes = writes;
        _keys = keys;
        _sink = sink;
        _heartbeatStem = keys.HeartbeatStem(tag, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        connection.ConnectionFailed += OnConnectionFailed;
    }

    public EndPoint Endpoint { get; }

    /// <summary>Completes when invalidations may be lost.</summary>
    public Task<SuspensionException> Failure => _failure.Task;

    /// <summary>Invalidations that have arrived and wait for this process.</summary>
    public int Waiting => Volatile.Read(ref _queue) is { } queue && queue.TryGetCount(out int count) ? count : 0;

    /// <summary>Connects to a node and subscribes to its invalidations.</summary>
    public static async Task<NodeLink> ConnectAsync(
        ConfigurationOptions options, EndPoint endpoint, EngineWrites writes, KeyFormat keys, int tag, int database,
        IInvalidationSink sink)
    {
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(OptionsFor(options, endpoint))
            .ConfigureAwait(false);
        NodeLink link = new(connection, endpoint, writes, keys, tag, database, sink);
        try
        {
            await link.SubscribeAsync().ConfigureAwait(false);
            return link;
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether the node can tell of changes itself.</summary>
    public static async Task<bool> CanTrackAsync(IServer server)
    {
        try
        {
            await server.ExecuteAsync("CLIENT", "TRACKING", "OFF").ConfigureAwait(false);
            return true;
        }
        catch (RedisServerException)
        {
            return false;
        }
    }

    /// <summary>Sends a heartbeat, and waits until it comes back through the stream of invalidations.</summary>
    /// <returns>When it was sent, by the clock of <see cref="Environment.TickCount64"/>.</returns>
    public async Task<long> BeatAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long number = ++_heartbeats;
        byte[] key = [.. _heartbeatStem, .. Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture))];
        Heartbeat heartbeat = new(key);
        Volatile.Write(ref _expected, heartbeat);
        long sent = Environment.TickCount64;
        try
        {
            await _writes.SetAsync(_database, key, key, s_heartbeatExpiry, CommandFlags.NoRedirect)
                .ConfigureAwait(false);
            await heartbeat.Returned.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException exception)
        {
            throw new SuspensionException(
                NearSuspension.Refused, $"The node {Endpoint} has refused a heartbeat: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is TimeoutException or RedisException)
        {
            throw new SuspensionException(
                NearSuspension.ConnectionLost, $"A heartbeat of the node {Endpoint} has not come back.", exception);
        }

        // If the connection is the first one still, it has brought all that came before.
        if (SocketCount() != _sockets)
        {
            throw new SuspensionException(
                NearSuspension.ConnectionLost, $"The connection to the node {Endpoint} was replaced.");
        }

        return sent;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _connection.ConnectionFailed -= OnConnectionFailed;
        _failure.TrySetCanceled();
        try
        {
            await _connection.CloseAsync(allowCommandsToComplete: false).WaitAsync(s_closeTimeout)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // It is closed, or closes later.
        }

        await _pump.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static ConfigurationOptions OptionsFor(ConfigurationOptions options, EndPoint endpoint)
    {
        ConfigurationOptions own = options.Clone();
        own.EndPoints.Clear();
        own.EndPoints.Add(endpoint);
        own.Protocol = RedisProtocol.Resp2; // with RESP3, StackExchange.Redis hands out no reports of changes
        own.AllowAdmin = true; // CLIENT LIST
        own.AbortOnConnectFail = true;
        own.ConnectRetry = 0;

        // The link is to this one node also if that belongs to a cluster.
        own.CommandMap = CommandMap.Create(new HashSet<string>(StringComparer.Ordinal) { "CLUSTER" }, available: false);

        // By its name the link finds its own connections among those of the node.
        own.ClientName = $"fsmap-near-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        return own;
    }

    private async Task SubscribeAsync()
    {
        RedisChannel channel = _writes.Source == InvalidationSource.Tracking
            ? RedisChannel.Literal(TrackingChannel)
            : RedisChannel.Literal(_keys.Channel);
        ChannelMessageQueue queue = await _connection.GetSubscriber().SubscribeAsync(channel).ConfigureAwait(false);
        if (_writes.Source == InvalidationSource.Tracking)
        {
            await TrackAsync().ConfigureAwait(false);
        }

        _sockets = SocketCount();
        Volatile.Write(ref _queue, queue);
        _pump = Task.Run(() => PumpAsync(queue));
    }

    private async Task TrackAsync()
    {
        string name = _connection.ClientName;
        ClientInfo[] clients = await _server.ClientListAsync().ConfigureAwait(false);
        ClientInfo[] subscribers =
            [.. clients.Where(client => client.Name == name && client.ClientType == ClientType.PubSub)];
        if (subscribers.Length != 1)
        {
            throw new SuspensionException(
                NearSuspension.ConnectionLost, $"The node {Endpoint} lists {subscribers.Length} own subscriptions.");
        }

        List<object> arguments = ["TRACKING", "ON", "REDIRECT", subscribers[0].Id, "BCAST"];
        foreach (byte[] prefix in _keys.TrackedPrefixes)
        {
            arguments.Add("PREFIX");
            arguments.Add(prefix);
        }

        await _server.ExecuteAsync("CLIENT", arguments).ConfigureAwait(false);
    }

    private async Task PumpAsync(ChannelMessageQueue queue)
    {
        try
        {
            while (true)
            {
                ChannelMessage message = await queue.ReadAsync(_stop.Token).ConfigureAwait(false);
                do
                {
                    Take(message.Message);
                    if (queue.TryGetCount(out int waiting) && waiting > MaxBacklog)
                    {
                        Skip(queue);
                    }
                }
                while (queue.TryRead(out message));
            }
        }
        catch (OperationCanceledException)
        {
            // The link is disposed.
        }
        catch (Exception exception)
        {
            _failure.TrySetResult(new SuspensionException(
                NearSuspension.ConnectionLost, $"The subscription at the node {Endpoint} has ended.", exception));
        }
    }

    // Reads that began before the call to InvalidateAll do not store what they find, so the order matters: first the
    // messages, then the call, then the heartbeat that was among them.
    private void Skip(ChannelMessageQueue queue)
    {
        Heartbeat? seen = null;
        while (queue.TryRead(out ChannelMessage message))
        {
            if (Volatile.Read(ref _expected) is { } heartbeat && heartbeat.Is(message.Message))
            {
                seen = heartbeat;
            }
        }

        _sink.InvalidateAll();
        seen?.Return();
    }

    private void Take(RedisValue message)
    {
        if (message.IsNull)
        {
            _sink.InvalidateAll(); // FLUSHDB or FLUSHALL
            return;
        }

        ReadOnlyMemory<byte> bytes = message;
        if (!_keys.IsHeartbeat(bytes.Span))
        {
            _sink.Invalidate(bytes.Span);
        }
        else if (Volatile.Read(ref _expected) is { } heartbeat && heartbeat.Is(message))
        {
            heartbeat.Return();
        }
    }

    private long SocketCount() => _server.GetCounters().Subscription.SocketCount;

    private void OnConnectionFailed(object? sender, ConnectionFailedEventArgs arguments) =>
        _failure.TrySetResult(new SuspensionException(
            NearSuspension.ConnectionLost,
            $"The connection to the node {Endpoint} has failed: {arguments.FailureType}.",
            arguments.Exception));

    private sealed class Heartbeat(byte[] key)
    {
        private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Returned => _returned.Task;

        public bool Is(RedisValue message) => ((ReadOnlyMemory<byte>)message).Span.SequenceEqual(key);

        public void Return() => _returned.TrySetResult();
    }
}
