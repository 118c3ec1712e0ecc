using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>Tables, names and settings that are wrong, and comparisons while keys change.</summary>
[Collection(Servers.Collection)]
public class ReshardFaultTests(Servers servers)
{
    private const int Slots = 8;

    /// <summary>A move between two names of one server would delete the keys.</summary>
    [Fact]
    public async Task RunAsync_OneServerUnderTwoNames_IsRefusedBeforeAnythingChanges()
    {
        ShardingOptions options = await servers.EmptyAsync(1);
        string configuration = options.NodeConfiguration!("node-0");
        ShardingOptions aliased = With(options, _ => configuration);
        await using Resharder resharder = await Resharder.ConnectAsync(aliased);
        await resharder.CreateAsync(Servers.Nodes(1));
        RedisKey[] keys = Traffic.KeysIn(Slots, 20);
        await using RoutedStore store = await RoutedStore.ConnectAsync(aliased);
        foreach (RedisKey key in keys)
        {
            await store.SetAsync(key, "kept");
        }

        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(2), new MoveSome(Slots)));
        ReshardException exception =
            await Assert.ThrowsAsync<ReshardException>(() => resharder.RunAsync(ReshardTests.Quick));

        Assert.Contains("'node-0'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'node-1'", exception.Message, StringComparison.Ordinal);
        await resharder.RollBackAsync(ReshardTests.Quick);
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
        foreach (RedisKey key in keys)
        {
            Assert.Equal("kept", await store.GetAsync(key));
        }

        Assert.Equal(new VerifyReport(20, 0, 0), await resharder.VerifyAsync());
    }

    /// <summary>A server that was started from a copy of another one's data is a server of its own.</summary>
    [Fact]
    public async Task RunAsync_ServerWithTheIdentityOfAnother_GetsItsOwn()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(1));
        foreach (string node in (string[])["node-0", "node-1"])
        {
            await using ConnectionMultiplexer connection = await servers.ConnectAsync(node);
            await connection.GetDatabase().StringSetAsync("fsm:{route}:node", "copied");
        }

        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(2), new MoveSome(Slots)));
        await resharder.RunAsync(ReshardTests.Quick);
        ReshardStatus status = await resharder.GetStatusAsync();
        Assert.Equal(Slots, status.Table.CountOf(status.Table.IndexOf("node-1")));
    }

    private static ShardingOptions With(
        ShardingOptions options, Func<string, string> nodes, TimeSpan? lease = null) => new()
        {
            ControlConfiguration = options.ControlConfiguration,
            NodeConfiguration = nodes,
            Lease = lease ?? options.Lease,
            OperationTimeout = options.OperationTimeout,
        };
}
