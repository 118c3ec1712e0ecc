using System.Collections.Concurrent;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>One connection per node, made when it is first needed.</summary>
internal sealed class NodeConnections(ShardingOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ConnectionMultiplexer>>> _nodes =
        new(StringComparer.Ordinal);
    private int _isDisposed;

    /// <summary>Runs before a connection is looked up or added; tests close the connections meanwhile.</summary>
    public Action? BeforeAdd { get; set; }

    public async Task<ConnectionMultiplexer> ControlAsync() => await ConnectAsync("", null).ConfigureAwait(false);

    public async ValueTask<IDatabase> DatabaseAsync(string node) =>
        (await ConnectAsync(node, node).ConfigureAwait(false)).GetDatabase();

    /// <summary>The server of a node that takes its writes. A replica can lack keys.</summary>
    /// <exception cref="ReshardException">No such server is connected.</exception>
    public async Task<IServer> ServerAsync(string node)
    {
        ConnectionMultiplexer connection = await ConnectAsync(node, node).ConfigureAwait(false);
        return connection.GetServers().FirstOrDefault(server => server is { IsConnected: true, IsReplica: false })
            ?? throw new ReshardException($"No primary of '{node}' is connected.");
    }

    public async Task<int> DatabaseIndexAsync(string node) =>
        (await DatabaseAsync(node).ConfigureAwait(false)).Database;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        foreach (Lazy<Task<ConnectionMultiplexer>> node in _nodes.Values)
        {
            try
            {
                await (await node.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            #pragma warning disable CA1031 // whatever it is, the other connections are still closed
            catch (Exception)
            #pragma warning restore CA1031
            {
                // A connection that was never made needs no end.
            }
        }
    }

    private ValueTask<ConnectionMultiplexer> ConnectAsync(string key, string? node)
    {
        ThrowIfDisposed();
        BeforeAdd?.Invoke();
        Lazy<Task<ConnectionMultiplexer>> connection = _nodes.GetOrAdd(
            key,
            static (_, argument) => new Lazy<Task<ConnectionMultiplexer>>(
                () => ConnectAsync(argument.options.ConnectionOf(argument.node))),
            (options, node));

        // DisposeAsync may have looked before this one was added. Its connecting then never begins.
        ThrowIfDisposed();
        return connection.IsValueCreated && connection.Value.IsCompletedSuccessfully
            ? new ValueTask<ConnectionMultiplexer>(connection.Value)
            : new ValueTask<ConnectionMultiplexer>(WaitAsync(key, connection));
    }

    private void ThrowIfDisposed() =>
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, typeof(RoutedStore));

    /// <summary>A failure is not kept: the next caller tries again.</summary>
    private async Task<ConnectionMultiplexer> WaitAsync(string key, Lazy<Task<ConnectionMultiplexer>> connection)
    {
        try
        {
            return await connection.Value.ConfigureAwait(false);
        }
        catch
        {
            _nodes.TryRemove(KeyValuePair.Create(key, connection));
            throw;
        }
    }

    /// <summary>
    /// Connects, and waits until the connection has answered. The client library can complete the connecting on the
    /// thread that reads the answers. A transaction with a condition that is written there waits for the answer to its
    /// condition, which nobody reads: until its timeout.
    /// </summary>
    private static async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options)
    {
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
        await Task.Yield();
        try
        {
            await connection.GetDatabase().PingAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The operation that needs the connection fails, or finds it connected by then.
        }

        await Task.Yield();
        return connection;
    }
}
