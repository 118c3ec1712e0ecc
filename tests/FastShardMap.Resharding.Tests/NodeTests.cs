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
        await FillAsync(options);
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

    [Fact]
    public async Task CheckAsync_FullServerWithAnIdentity_IsRead()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer first = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using RedisServer second = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using NodeConnections connections = new(OptionsOf(first, second));
        await NodeIdentities.CheckAsync(connections, Moves);
        await ExecuteAsync(second, "CONFIG", "SET", "maxmemory", "1");
        IDatabase database = await connections.DatabaseAsync("b");
        await Assert.ThrowsAsync<RedisServerException>(() => database.StringSetAsync("k", "v"));
        await NodeIdentities.CheckAsync(connections, Moves);
    }

    /// <summary>The new server is full, and then its limit is raised.</summary>
    [Fact]
    public async Task RollBackAsync_NewServerWasFull_GivesTheSlotsBack()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer first = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using RedisServer second = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using Resharder resharder = await Resharder.ConnectAsync(OptionsOf(first, second));
        await MoveUntilAsync(resharder, OptionsOf(first, second), "Verifying begins");
        await ExecuteAsync(second, "CONFIG", "SET", "maxmemory", "1");
        await Assert.ThrowsAnyAsync<RedisException>(() => resharder.RollBackAsync(ReshardTests.Quick));

        await ExecuteAsync(second, "CONFIG", "SET", "maxmemory", "0");
        await resharder.RollBackAsync(ReshardTests.Quick);
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
        Assert.Equal(new VerifyReport(20, 0, 0), await resharder.VerifyAsync());
    }

    /// <summary>The new server is lost, and an empty one gets its name.</summary>
    [Fact]
    public async Task RollBackAsync_EmptyServerInPlaceOfALostOne_GivesTheSlotsBack()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer first = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using RedisServer second = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using (Resharder before = await Resharder.ConnectAsync(OptionsOf(first, second)))
        {
            await MoveUntilAsync(before, OptionsOf(first, second), "Verifying begins");
        }

        second.Kill();
        await using RedisServer empty = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using Resharder resharder = await Resharder.ConnectAsync(OptionsOf(first, empty));
        await resharder.RollBackAsync(ReshardTests.Quick);
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
        Assert.Equal(new VerifyReport(20, 0, 0), await resharder.VerifyAsync());
    }

    private static async Task MoveUntilAsync(Resharder resharder, ShardingOptions options, string where)
    {
        await resharder.CreateAsync([new NodeWeight("a")]);
        await FillAsync(options);
        await resharder.ScheduleAsync(await resharder.PlanAsync(
            [new NodeWeight("a"), new NodeWeight("b")], new MoveSome(Slots)));
        await KilledException.RunUntilAsync(resharder, where);
    }

    private static async Task FillAsync(ShardingOptions options)
    {
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        foreach (RedisKey key in Traffic.KeysIn(Slots, 20))
        {
            await store.SetAsync(key, "value");
        }
    }

    private static ShardingOptions OptionsOf(RedisServer first, RedisServer second) => new()
    {
        ControlConfiguration = first.Configuration,
        NodeConfiguration = name => name == "a" ? first.Configuration : second.Configuration,
        Lease = TimeSpan.FromMilliseconds(60),
        OperationTimeout = Servers.Timeout,
    };

    private static async Task ExecuteAsync(RedisServer server, string command, params object[] arguments)
    {
        await using ConnectionMultiplexer connection =
            await ConnectionMultiplexer.ConnectAsync(server.Configuration + ",allowAdmin=true");
        await connection.GetServers()[0].ExecuteAsync(command, arguments);
    }
}
