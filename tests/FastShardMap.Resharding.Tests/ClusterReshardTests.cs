using System.Net;
using FastShardMap.Embedded;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

public class ClusterReshardTests
{
    private const int Keys = 2_000;

    [Fact]
    public async Task RunAsync_OnGarnetWithTraffic_LosesNoKey()
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(Servers.EngineOptions(3));
        await RunWithTrafficAsync(engine.Configuration);
    }

    [Fact]
    public async Task RunAsync_OnRedisWithTraffic_LosesNoKey()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(3);
        await RunWithTrafficAsync(cluster.Configuration);
    }

    [Fact]
    public void Parse_NodesOfAllKinds_ReadsThem()
    {
        IReadOnlyList<ClusterMember> members = ClusterMember.Parse(
            """
            aa 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 5462 [5461->-bb]
            bb 127.0.0.1:7001@17001,host slave aa 0 1 2 connected
            cc [::1]:7002@17002 master - 0 0 3 connected [5462-<-aa]
            dd :0@0 master,noaddr - 0 0 3 disconnected
            ee 127.0.0.1:7003@17003 master,fail - 0 0 4 disconnected

            """);

        Assert.Equal(["127.0.0.1:7000", "127.0.0.1:7001", "[::1]:7002"], members.Select(member => member.Address));
        Assert.Equal([true, false, true], members.Select(member => member.IsPrimary));
        Assert.Equal([(0, 5460), (5462, 5462)], members[0].Ranges);
        Assert.Equal([(5461, "aa", "bb")], members[0].Open);
        Assert.Equal([(5462, "aa", "cc")], members[2].Open);
        Assert.Throws<ReshardException>(() => ClusterMember.Parse("what is this"));
        Assert.Throws<ReshardException>(() => ClusterMember.Parse("a b:1 master - 0 0 1 connected [5461]"));
        Assert.Throws<ReshardException>(() => ClusterMember.Parse("a b:1 master - 0 0 1 connected 16384"));
    }

    [Fact]
    public async Task ConnectAsync_BadArguments_AreRefused()
    {
        TimeSpan time = TimeSpan.FromSeconds(1);
        await Assert.ThrowsAsync<ArgumentException>("configuration", () => ClusterResharder.ConnectAsync(" ", time));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            "timeout", () => ClusterResharder.ConnectAsync("127.0.0.1:1", TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentException>(
            "configuration", () => ClusterResharder.ConnectAsync("password=secret", time));
    }

    [Theory]
    [InlineData("redis1,password=secret", "redis1", 6379)]
    [InlineData("redis1,ssl=true", "redis1", 6380)]
    [InlineData("redis1:7000,ssl=true", "redis1", 7000)]
    public void OptionsOf_AddressWithoutPort_HasTheUsualPort(string configuration, string host, int port)
    {
        ConfigurationOptions options = ClusterResharder.OptionsOf(configuration, TimeSpan.FromSeconds(1));
        Assert.Equal(new DnsEndPoint(host, port), Assert.Single(options.EndPoints));
    }

    /// <summary>A Garnet server moves the range for longer than the time limit.</summary>
    [Fact]
    public async Task WaitAsync_ServerAtWork_RenewsTheTimeLimit()
    {
        int polls = 0;
        await ClusterResharder.WaitAsync(
            TimeSpan.FromMilliseconds(1),
            () => Task.FromResult(++polls == 5),
            () => Task.FromResult(true),
            "nothing has moved",
            TestContext.Current.CancellationToken);
        Assert.Equal(5, polls);
    }

    /// <summary>The server moves the range for a while, and then gives up.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task WaitAsync_ServerThatRests_EndsAfterTheTimeLimit(int busyPolls)
    {
        int polls = 0;
        await Assert.ThrowsAsync<TimeoutException>(() => ClusterResharder.WaitAsync(
            TimeSpan.FromMilliseconds(1),
            () => Task.FromResult(false),
            () => Task.FromResult(++polls <= busyPolls),
            "nothing has moved",
            TestContext.Current.CancellationToken));
        Assert.True(polls > busyPolls);
    }

    /// <summary>The node that is asked first is in cluster mode, but the user may not ask it.</summary>
    [Fact]
    public async Task ConnectAsync_NodeThatRefuses_IsPassedOver()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(3);
        string first = cluster.Configuration.Split(',')[0];
        await using (ConnectionMultiplexer client =
            await ConnectionMultiplexer.ConnectAsync(first + ",allowAdmin=true"))
        {
            await client.GetServer(first).ExecuteAsync("ACL", "SETUSER", "default", "-cluster");
        }

        await using ClusterResharder resharder =
            await ClusterResharder.ConnectAsync(cluster.Configuration, Servers.Timeout);
        Assert.Equal(3, (await resharder.GetTableAsync()).Nodes.Count);
        RedisServerException exception = await Assert.ThrowsAsync<RedisServerException>(
            () => ClusterResharder.ConnectAsync(first, Servers.Timeout));
        Assert.StartsWith("NOPERM", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_ServerWithoutClusterMode_IsRefused()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer server = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        ReshardException exception = await Assert.ThrowsAsync<ReshardException>(
            () => ClusterResharder.ConnectAsync(server.Configuration, Servers.Timeout));
        Assert.Contains("not in cluster mode", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>The node that is asked first is stopped. The time limit is far below that of the other nodes, after
    /// which they count the stopped one as failed.</summary>
    [Fact]
    public async Task GetTableAsync_NodeThatDoesNotAnswerInTime_IsPassedOver()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(3);
        await using ClusterResharder resharder =
            await ClusterResharder.ConnectAsync(cluster.Configuration, TimeSpan.FromSeconds(5));
        SlotTable table = await resharder.GetTableAsync();
        Assert.Empty(await resharder.GetOpenMovesAsync()); // the connections to all nodes are made
        cluster.Pause(0);
        try
        {
            SlotTable again = await resharder.GetTableAsync();
            Assert.Equal(table.Nodes.Count, again.Nodes.Count);
            Assert.All(table.Nodes, node => Assert.InRange(again.IndexOf(node.Name), 0, again.Nodes.Count));
        }
        finally
        {
            cluster.Resume(0);
        }
    }

    private static async Task RunWithTrafficAsync(string configuration)
    {
        await using ClusterResharder resharder =
            await ClusterResharder.ConnectAsync(configuration, Servers.Timeout);
        SlotTable table = await resharder.GetTableAsync();
        await Assert.ThrowsAsync<ArgumentException>(
            "to", () => resharder.PlanAsync([.. table.Nodes, new NodeWeight("127.0.0.1:9")]));

        // One node gives a part of its slots to the others, and a key with a hash tag goes with its slot.
        await using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync(
            $"{configuration},asyncTimeout={Servers.Timeout.TotalMilliseconds}");
        IDatabase database = client.GetDatabase();
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(i =>
        {
            Assert.Equal(client.HashSlot($"{{k{i}}}:v"), ClusterSlot.Of($"{{k{i}}}:v"));
            return database.StringSetAsync($"{{k{i}}}:v", i);
        }));

        using CancellationTokenSource stop = new();
        int written = 0;
        List<string> errors = [];
        Task traffic = Task.Run(
            async () =>
            {
                for (int i = 0; !stop.IsCancellationRequested; i = (i + 1) % Keys)
                {
                    try
                    {
                        await database.StringSetAsync($"{{k{i}}}:w", i);
                        written++;
                        if ((int)await database.StringGetAsync($"{{k{i}}}:w") != i)
                        {
                            errors.Add($"wrong value of {i}");
                        }
                    }
                    catch (RedisException exception)
                    {
                        errors.Add($"{i}: {exception.Message}");
                    }
                }
            },
            TestContext.Current.CancellationToken);

        NodeWeight[] to =
            [.. table.Nodes.Index().Select(node => new NodeWeight(node.Item.Name, node.Index == 0 ? 0.97 : 1))];
        ReshardPlan plan = await resharder.PlanAsync(to);
        Assert.Equal(plan.LeastShare, plan.MovedShare);
        await resharder.RunAsync(plan);
        await stop.CancelAsync();
        await traffic;

        Assert.True(written > 0);
        Assert.True(errors.Count == 0, string.Join('\n', errors.Take(5)));
        RedisValue[] values =
            await Task.WhenAll(Enumerable.Range(0, Keys).Select(i => database.StringGetAsync($"{{k{i}}}:v")));
        Assert.Equal(Enumerable.Range(0, Keys), values.Select(value => (int)value));

        SlotTable moved = await resharder.GetTableAsync();
        Assert.Equal(0, ReshardPlan.Between(plan.To, moved).MovedShare);

        // A second run of the same plan finds nothing to do.
        await resharder.RunAsync(plan);
    }
}
