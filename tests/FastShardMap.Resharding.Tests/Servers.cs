using System.Globalization;
using FastShardMap.Embedded;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>Independent servers on loopback, started when a test first needs them, and emptied for each test.</summary>
public sealed class Servers : IAsyncLifetime
{
    /// <summary>The collection of the tests that use them. Each empties them, so they run in turn.</summary>
    public const string Collection = "Servers";

    /// <summary>Long, because other work can stop a test's process for minutes.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(8);

    private readonly List<EmbeddedEngine> _engines = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (EmbeddedEngine engine in _engines)
        {
            await engine.DisposeAsync();
        }
    }

    public static EmbeddedEngineOptions EngineOptions(int nodes) => new()
    {
        NodeCount = nodes, MemoryBytes = 32 << 20, StartTimeout = TimeSpan.FromMinutes(5),
    };

    public static NodeWeight[] Nodes(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new NodeWeight($"node-{i}"))];

    /// <summary>The same servers by other names, or with another lease.</summary>
    public static ShardingOptions With(
        ShardingOptions options, Func<string, string> nodes, TimeSpan? lease = null) => new()
        {
            ControlConfiguration = options.ControlConfiguration,
            NodeConfiguration = nodes,
            Lease = lease ?? options.Lease,
            OperationTimeout = options.OperationTimeout,
        };

    /// <summary>Empties <paramref name="count"/> servers; the first is the control server too.</summary>
    public async Task<ShardingOptions> EmptyAsync(int count, int leaseMilliseconds = 60)
    {
        if (_engines.Count < count)
        {
            _engines.AddRange(await Task.WhenAll(
                Enumerable.Range(0, count - _engines.Count).Select(_ => EmbeddedEngine.StartAsync(EngineOptions(1)))));
        }

        for (int i = 0; i < count; i++)
        {
            await using ConnectionMultiplexer connection =
                await ConnectionMultiplexer.ConnectAsync(_engines[i].Configuration + ",allowAdmin=true");
            await connection.GetServer(_engines[i].Endpoints[0]).FlushAllDatabasesAsync();
        }

        return new ShardingOptions
        {
            ControlConfiguration = _engines[0].Configuration,
            NodeConfiguration = ConfigurationOf,
            Lease = TimeSpan.FromMilliseconds(leaseMilliseconds),
            OperationTimeout = Timeout,
        };
    }

    public async Task<ConnectionMultiplexer> ConnectAsync(string node) =>
        await ConnectionMultiplexer.ConnectAsync(
            $"{ConfigurationOf(node)},syncTimeout={Timeout.TotalMilliseconds}");

    private string ConfigurationOf(string node) =>
        _engines[int.Parse(node.AsSpan(node.IndexOf('-') + 1), CultureInfo.InvariantCulture)].Configuration;
}
