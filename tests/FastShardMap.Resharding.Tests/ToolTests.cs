using System.Globalization;
using FastShardMap.Cluster;
using FastShardMap.Embedded;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;

namespace FastShardMap.Resharding.Tests;

[Collection(OpenSlotTests.Variable)]
public sealed class ToolTests : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(ToolOptions.Variable);

    public void Dispose() => Environment.SetEnvironmentVariable(ToolOptions.Variable, _before);

    /// <summary>All commands in the order of their use, on one server that is three nodes under three names.</summary>
    [Fact]
    public async Task Commands_OnIndependentServers_DoAsTheySay()
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(Servers.EngineOptions(1));
        Environment.SetEnvironmentVariable(ToolOptions.Variable, engine.Configuration);
        string node = engine.Endpoints[0].ToString();

        await ExpectAsync(ExitCode.Failure, "no table of slots", "status");
        await ExpectAsync(ExitCode.Success, "Nothing was changed", "init", "--nodes", node);
        await ExpectAsync(ExitCode.Failure, "no table of slots", "status");
        await ExpectAsync(ExitCode.Success, "stored", "init", "--nodes", node, "--yes");
        await ExpectAsync(ExitCode.Failure, "already", "init", "--nodes", node, "--yes");
        await ExpectAsync(ExitCode.Success, "16384", "status");
        await ExpectAsync(ExitCode.Success, "0 keys", "verify");

        // The same server by another name: the plan is real, and its moves are dropped again.
        string other = node.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await ExpectAsync(ExitCode.Success, "8192 slots move (50.00 %)", "plan", "--nodes", node, other);
        await ExpectAsync(ExitCode.Success, "Nothing was changed", "apply", "--nodes", node, other);
        await ExpectAsync(ExitCode.Success, "No slots are moving", "status");
        await ExpectAsync(ExitCode.Success, "nothing to move", "apply", "--nodes", node, "--yes");
        await ExpectAsync(ExitCode.BadInput, "nothing to continue", "apply", "--yes");
        await ExpectAsync(ExitCode.Success, "nothing to roll back", "rollback", "--yes");
        await ExpectAsync(ExitCode.BadInput, "--cluster", "promote", node);
    }

    /// <summary>A name that is no address, and one of a server that does not answer.</summary>
    [Theory]
    [InlineData("127.0.0.1:637x", ExitCode.BadInput)]
    [InlineData("127.0.0.1:1", ExitCode.Failure)]
    public async Task Commands_ServerThatCannotBeUsed_StoreNothing(string wrong, int code)
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(Servers.EngineOptions(1));
        Environment.SetEnvironmentVariable(
            ToolOptions.Variable, $"{engine.Configuration},connectTimeout=1000");
        string node = engine.Endpoints[0].ToString();

        await ExpectAsync(code, $"'{wrong}'", "init", "--nodes", node, wrong, "--yes");
        await ExpectAsync(ExitCode.Failure, "no table of slots", "status");
        await ExpectAsync(ExitCode.Success, "stored", "init", "--nodes", node, "--yes");
        await ExpectAsync(code, $"'{wrong}'", "apply", "--nodes", node, wrong, "--yes");
        await ExpectAsync(ExitCode.Success, "No slots are moving", "status");
    }

    /// <summary>Moves of an earlier plan are stored, and the tool gets another one.</summary>
    [Fact]
    public async Task Apply_NodesWhileOlderMovesAreStored_CarriesOutBoth()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer first = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using RedisServer second = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        Environment.SetEnvironmentVariable(ToolOptions.Variable, first.Configuration);
        string[] nodes = [$"127.0.0.1:{first.Port}", $"127.0.0.1:{second.Port}"];
        await ExpectAsync(ExitCode.Success, "stored", "init", "--nodes", nodes[0], "--yes");
        await using Resharder resharder = await Resharder.ConnectAsync(
            new ShardingOptions { ControlConfiguration = first.Configuration, OperationTimeout = Servers.Timeout });
        await resharder.ScheduleAsync(await resharder.PlanAsync(
            [new NodeWeight(nodes[0]), new NodeWeight(nodes[1])], new MoveSome(4)));
        Assert.Single((await resharder.GetStatusAsync()).Moves);

        string[] to = ["apply", "--nodes", $"{nodes[0]}=8188", $"{nodes[1]}=4"];
        await ExpectAsync(ExitCode.Success, "after these moves", to);
        await ExpectAsync(ExitCode.Success, "All moves are complete", [.. to, "--yes"]);
        ReshardStatus status = await resharder.GetStatusAsync();
        Assert.Empty(status.Moves);
        Assert.Equal(8, status.Table.CountOf(status.Table.IndexOf(nodes[1])));
    }

    [Fact]
    public async Task Commands_OnACluster_DoAsTheySay()
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(Servers.EngineOptions(2));
        Environment.SetEnvironmentVariable(ToolOptions.Variable, engine.Configuration);
        string[] nodes = [.. engine.Endpoints.Select(endpoint => $"{endpoint}")];
        string[] to = ["--nodes", $"{nodes[0]}=0.98", nodes[1], "--cluster"];

        await ExpectAsync(ExitCode.Success, "8192", "status", "--cluster");
        await ExpectAsync(ExitCode.Success, "slots move", ["plan", .. to]);
        await ExpectAsync(ExitCode.Success, "Nothing was changed", ["apply", .. to]);
        await ExpectAsync(ExitCode.Success, "complete", ["apply", .. to, "--yes"]);
        await ExpectAsync(ExitCode.Success, "one owner", "verify", "--cluster");
        await using ClusterResharder cluster =
            await ClusterResharder.ConnectAsync(engine.Configuration, TimeSpan.FromSeconds(30));
        SlotTable table = await cluster.GetTableAsync();

        // 16,384 × 0.98 / 1.98 = 8,109.25, and rounding up saves a move.
        Assert.Equal(8_110, table.CountOf(table.IndexOf(nodes[0])));
        await ExpectAsync(ExitCode.BadInput, "no primary", "plan", "--nodes", "10.0.0.1:1", "--cluster");
        await ExpectAsync(ExitCode.BadInput, "no node", "promote", "10.0.0.1:1", "--yes", "--cluster");
        await ExpectAsync(ExitCode.BadInput, "already", "init", "--nodes", nodes[0], "--cluster");
        await ExpectAsync(ExitCode.BadInput, "Plan the move back", "rollback", "--cluster");
    }

    /// <summary>A terminal shows a bar, which ends at all slots.</summary>
    [Fact]
    public async Task Apply_OnATerminal_DrawsABar()
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(Servers.EngineOptions(2));
        Environment.SetEnvironmentVariable(ToolOptions.Variable, engine.Configuration);
        string[] nodes = [.. engine.Endpoints.Select(endpoint => $"{endpoint}")];
        using StringWriter output = new(CultureInfo.InvariantCulture);
        using StringWriter error = new(CultureInfo.InvariantCulture);
        int code = await ClusterTool.RunAsync(
            ["apply", "--nodes", $"{nodes[0]}=0.98", nodes[1], "--cluster", "--yes"], output, error, isTerminal: true);

        string all = $"{output}";
        Assert.True(code == ExitCode.Success, $"{all}{error}");
        Assert.Contains("Cleaning", all, StringComparison.Ordinal); // the description of the last step
        Assert.Contains("100%", all, StringComparison.Ordinal);
        Assert.Contains("\u001b[", all, StringComparison.Ordinal);
        Assert.DoesNotContain(" of 82 slots", all, StringComparison.Ordinal);
        Assert.EndsWith("All moves are complete.", all.TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>A replica of Redis becomes a primary, and its primary a replica.</summary>
    [Fact]
    public async Task Promote_AReplica_MakesItThePrimary()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(primaries: 3, replicas: 1);
        Environment.SetEnvironmentVariable(ToolOptions.Variable, cluster.Configuration);
        string[] nodes = [.. cluster.Ports.Select(port => string.Create(
            CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))];
        await ExpectOwnersAsync(nodes[0], nodes[1], nodes[2]);
        await ExpectAsync(ExitCode.Success, "would become a primary", "promote", nodes[3], "--cluster");
        await ExpectOwnersAsync(nodes[0], nodes[1], nodes[2]);

        await ExpectAsync(ExitCode.Success, "is a primary", "promote", nodes[3], "--yes", "--cluster");
        await ExpectOwnersAsync(nodes[3], nodes[1], nodes[2]);

        // A primary stays one.
        await ExpectAsync(ExitCode.Success, "is a primary", "promote", nodes[3], "--yes", "--cluster");
        await ExpectOwnersAsync(nodes[3], nodes[1], nodes[2]);

        // All nodes learn of the promotion, one after the other.
        Task ExpectOwnersAsync(params string[] owners) => Wait.UntilAsync(
            async () =>
            {
                foreach (string node in nodes)
                {
                    await using ClusterResharder one = await ClusterResharder.ConnectAsync(node, Servers.Timeout);
                    SlotTable table = await one.GetTableAsync();
                    if (!owners.ToHashSet().SetEquals(table.Nodes.Select(owner => owner.Name)))
                    {
                        return false;
                    }
                }

                return true;
            },
            $"the owners are {string.Join(", ", owners)}");
    }

    [Fact]
    public async Task Commands_BadInput_SayWhatIsWrong()
    {
        Environment.SetEnvironmentVariable(ToolOptions.Variable, null);
        await ExpectAsync(ExitCode.BadInput, ToolOptions.Variable, "status");
        Environment.SetEnvironmentVariable(ToolOptions.Variable, "127.0.0.1:1,password=secret,connectTimeout=100");
        await ExpectAsync(ExitCode.BadInput, "no weight", "plan", "--nodes", "a=b");
        await ExpectAsync(ExitCode.BadInput, "'1,5' is no weight", "plan", "--nodes", "a=1,5");
        await ExpectAsync(ExitCode.BadInput, "between", "plan", "--nodes", "a=0");
        await ExpectAsync(ExitCode.BadInput, "between", "plan", "--nodes", "@a=0");
        await ExpectAsync(ExitCode.BadInput, "--timeout", "status", "--timeout", "0");
        await ExpectAsync(ExitCode.BadInput, "--lease", "status", "--lease", "60001");
        await ExpectAsync(ExitCode.BadInput, "", "plan", "--nodes", "a", "--placement", "luck");
        await ExpectAsync(ExitCode.Failure, "", "status", "--timeout", "1");
        await ExpectAsync(ExitCode.Failure, "", "status", "--timeout", "1", "--cluster");
        foreach (string connection in (string[])["a:1,password=secret,nonsense=1", "a:637x,password=secret"])
        {
            Environment.SetEnvironmentVariable(ToolOptions.Variable, connection);
            await ExpectAsync(ExitCode.BadInput, "no connection string", "status");
            await ExpectAsync(ExitCode.BadInput, "no connection string", "status", "--cluster");
        }

        Environment.SetEnvironmentVariable(ToolOptions.Variable, "password=secret");
        await ExpectAsync(ExitCode.BadInput, "no connection string", "status", "--cluster");
    }

    private static async Task ExpectAsync(int code, string text, params string[] arguments)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture);
        using StringWriter error = new(CultureInfo.InvariantCulture);
        int actual = await ClusterTool.RunAsync(arguments, output, error);
        string all = $"{output}{error}";
        Assert.True(actual == code, $"{string.Join(' ', arguments)}: {actual}, {all}");
        Assert.Contains(text, all, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", all, StringComparison.Ordinal);
    }
}
