using System.Collections.ObjectModel;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace FastShardMap.Embedded;

/// <summary>A Garnet server, or a cluster of them, that runs in this process and listens on loopback only.</summary>
/// <remarks>
/// <para>It is meant for tests and samples, which then need no installed server. Each engine has free ports and a
/// random password of its own, and keeps its records in memory of bounded size.</para>
/// <para>All members are thread-safe.</para>
/// </remarks>
public sealed class EmbeddedEngine : IAsyncDisposable
{
    private const int PasswordBytes = 16;

    private readonly EngineNode[] _nodes;
    private readonly string _password;
    private int _disposed;

    private EmbeddedEngine(EngineNode[] nodes, string password)
    {
        _nodes = nodes;
        _password = password;
        Endpoints = new ReadOnlyCollection<IPEndPoint>([.. nodes.Select(node => node.Endpoint)]);
    }

    /// <summary>Gets the addresses of the nodes.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>Gets the connection string of StackExchange.Redis for all nodes. It contains the password, so it does
    /// not belong in a log.</summary>
    /// <remarks>Allocates per call.</remarks>
    public string Configuration => string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join(',', Endpoints)},password={_password},abortConnect=false");

    /// <summary>Starts an engine, and waits until all its nodes answer.</summary>
    /// <param name="options">What to start, or null for one node.</param>
    /// <param name="cancellationToken">A token to cancel the start.</param>
    /// <returns>The engine. Dispose it to stop its nodes.</returns>
    /// <exception cref="TimeoutException">The nodes did not answer within
    /// <see cref="EmbeddedEngineOptions.StartTimeout"/>. All nodes are stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled. All nodes are stopped.</exception>
    /// <exception cref="InvalidOperationException">The server refused to start.</exception>
    public static async Task<EmbeddedEngine> StartAsync(
        EmbeddedEngineOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddedEngineOptions();
        int nodeCount = options.NodeCount;
        long memoryBytes = options.MemoryBytes;
        TimeSpan startTimeout = options.StartTimeout;
        cancellationToken.ThrowIfCancellationRequested();

        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes));
        List<EngineNode> nodes = new(nodeCount);
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(startTimeout);
        try
        {
            for (int index = 0; index < nodeCount; index++)
            {
                // A constructor of the server reads files and opens sockets: not on the caller's thread.
                nodes.Add(await Task
                    .Run(() => EngineNode.Start(password, memoryBytes, isClustered: nodeCount > 1), timeout.Token)
                    .ConfigureAwait(false));
            }

            EmbeddedEngine engine = new([.. nodes], password);
            await NodeClients.WaitForAnswersAsync(engine._nodes, password, timeout.Token).ConfigureAwait(false);
            return engine;
        }
        catch (Exception exception)
        {
            foreach (EngineNode node in nodes)
            {
                node.Dispose();
            }

            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                string message = string.Create(
                    CultureInfo.InvariantCulture,
                    $"The embedded engine did not answer within {startTimeout.TotalSeconds:0.#} s.");
                throw new TimeoutException(message, exception);
            }

            throw;
        }
    }

    /// <summary>Stops the nodes and deletes their files.</summary>
    /// <returns>A task that completes when the nodes are stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await Task.Run(() =>
        {
            foreach (EngineNode node in _nodes)
            {
                node.Dispose();
            }
        }).ConfigureAwait(false);
    }

    /// <summary>Gets the addresses of the nodes, without the password.</summary>
    /// <returns>A text for logs.</returns>
    public override string ToString() => $"{nameof(EmbeddedEngine)} {string.Join(',', Endpoints)}";

    /// <summary>Options for a connection to all nodes, in which administrative commands are allowed.</summary>
    internal static ConfigurationOptions ConnectionOptions(IEnumerable<EngineNode> nodes, string password)
    {
        ConfigurationOptions options = new()
        {
            Password = password,
            AbortOnConnectFail = true,
            AllowAdmin = true,
            ConnectRetry = 0,
            ConnectTimeout = 5000,
            AsyncTimeout = 5000,
            SyncTimeout = 5000,
            IncludeDetailInExceptions = false,
        };
        foreach (EngineNode node in nodes)
        {
            options.EndPoints.Add(node.Endpoint);
        }

        return options;
    }
}
