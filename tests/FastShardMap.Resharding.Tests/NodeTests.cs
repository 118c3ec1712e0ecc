using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>Servers with replicas, full and lost ones, and the identities of servers.</summary>
public class NodeTests
{
    private const int Slots = 4;

    private static readonly RouteDocument.MoveEntry[] Moves =
        [new RouteDocument.MoveEntry(0, 9, "a", "b", MoveState.Planned, 0, 0, 0)];

    /// <summary>The connection string names a replica first, or a server that is down.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task VerifyAsync_FirstAddressIsNoPrimary_ScansThePrimary(bool isDown)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer primary = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using RedisServer replica = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(replica, "REPLICAOF", "127.0.0.1", "1");
        string first = isDown ? "127.0.0.1:1" : $"127.0.0.1:{replica.Port}";
        ShardingOptions options = new()
        {
            ControlConfiguration = primary.Configuration,
            NodeConfiguration = _ => $"{first},{primary.Configuration},connectTimeout=2000",
            OperationTimeout = Servers.Timeout,
        };
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync([new NodeWeight("a")]);
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        foreach (RedisKey key in Traffic.KeysIn(Slots, 20))
        {
            await store.SetAsync(key, "value");
        }

        Assert.Equal(new VerifyReport(20, 0, 0), await resharder.VerifyAsync());
    }

    [Fact]
    public async Task ServerAsync_NoPrimaryIsConnected_NamesTheServer()
    {
        await using NodeConnections connections = new(new ShardingOptions
        {
            ControlConfiguration = "127.0.0.1:1,connectTimeout=200",
        });
        ReshardException exception =
            await Assert.ThrowsAsync<ReshardException>(() => connections.ServerAsync("127.0.0.1:1"));
        Assert.Contains("'127.0.0.1:1'", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Two names of one server. Another coordinator writes an identity between the reads of the two.</summary>
    [Fact]
    public async Task CheckAsync_IdentityThatChangesMeanwhile_IsRefused()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer server = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using ConnectionMultiplexer other = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        await using NodeConnections connections = new(new ShardingOptions
        {
            ControlConfiguration = server.Configuration,
            NodeConfiguration = name =>
            {
                if (name == "b")
                {
                    other.GetDatabase().StringSet(SlotKeys.Node, "of another coordinator");
                }

                return server.Configuration;
            },
            OperationTimeout = Servers.Timeout,
        });
        ReshardException exception =
            await Assert.ThrowsAsync<ReshardException>(() => NodeIdentities.CheckAsync(connections, Moves));
        Assert.Contains("again", exception.Message, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(RedisServer server, string command, params object[] arguments)
    {
        await using ConnectionMultiplexer connection =
            await ConnectionMultiplexer.ConnectAsync(server.Configuration + ",allowAdmin=true");
        await connection.GetServers()[0].ExecuteAsync(command, arguments);
    }
}
