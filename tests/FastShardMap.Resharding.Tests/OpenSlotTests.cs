using System.Globalization;
using FastShardMap.Cluster;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>A run in cluster mode ends inside a slot: some of its keys are on the new node already.</summary>
[Collection(Variable)]
public sealed class OpenSlotTests : IDisposable
{
    /// <summary>One after the other, because the environment belongs to the process.</summary>
    public const string Variable = "Variable of the tool";

    private readonly string? _before = Environment.GetEnvironmentVariable(ToolOptions.Variable);

    public void Dispose() => Environment.SetEnvironmentVariable(ToolOptions.Variable, _before);

    /// <summary>A plan that moves the slot elsewhere, and one that moves nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_SlotThatIsOpen_IsMovedToItsTargetFirst(bool movesElsewhere)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(3);
        Environment.SetEnvironmentVariable(ToolOptions.Variable, cluster.Configuration);
        string[] nodes = [.. cluster.Ports.Select(port => string.Create(
            CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))];
        await using ClusterResharder resharder =
            await ClusterResharder.ConnectAsync(cluster.Configuration, Servers.Timeout);
        SlotTable table = await resharder.GetTableAsync();
        await using ConnectionMultiplexer client =
            await ConnectionMultiplexer.ConnectAsync(cluster.Configuration + ",allowAdmin=true");
        int slot = client.HashSlot("{a}1");
        string from = table.Nodes[table.NodeOf(slot)].Name;
        string to = nodes.First(node => node != from);
        string third = nodes.First(node => node != from && node != to);
        IDatabase database = client.GetDatabase();
        RedisKey[] keys = [.. Enumerable.Range(1, 20).Select(i => (RedisKey)$"{{a}}{i}")];
        foreach (RedisKey key in keys)
        {
            await database.StringSetAsync(key, (byte[])key!);
        }

        IServer source = client.GetServer(from);
        IServer target = client.GetServer(to);
        string sourceId = (string)(await source.ExecuteAsync("CLUSTER", "MYID"))!;
        string targetId = (string)(await target.ExecuteAsync("CLUSTER", "MYID"))!;
        await target.ExecuteAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
        await source.ExecuteAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
        string[] address = to.Split(':');
        await source.ExecuteAsync(
            "MIGRATE",
            [address[0], address[1], "", 0, 60_000, "KEYS", .. keys[..8].Select(key => (object)(byte[])key!)]);

        string output = await RunToolAsync(ExitCode.Failure, "verify", "--cluster");
        Assert.Contains($"{slot}", output, StringComparison.Ordinal);
        Assert.Contains(from, output, StringComparison.Ordinal);
        Assert.Contains(to, output, StringComparison.Ordinal);

        if (movesElsewhere)
        {
            NodeWeight[] all = [new(from), new(to), new(third)];
            await resharder.RunAsync(await resharder.PlanAsync(all, new MoveOne(slot)));
        }
        else
        {
            await RunToolAsync(
                ExitCode.Success, "apply", "--yes", "--cluster", "--nodes", nodes[0], nodes[1], nodes[2]);
        }

        await RunToolAsync(ExitCode.Success, "verify", "--cluster");
        SlotTable moved = await resharder.GetTableAsync();
        string owner = moved.Nodes[moved.NodeOf(slot)].Name;
        Assert.Equal(movesElsewhere ? third : to, owner);
        await using ConnectionMultiplexer later = await ConnectionMultiplexer.ConnectAsync(cluster.Configuration);
        foreach (RedisKey key in keys)
        {
            Assert.Equal((byte[])key!, (byte[]?)await later.GetDatabase().StringGetAsync(key));
        }
    }

    /// <summary>Moves one slot to the last node.</summary>
    private sealed class MoveOne(int slot) : ISlotPlacement
    {
        public void Fill(ReadOnlySpan<NodeWeight> nodes, ReadOnlySpan<ushort> current, Span<ushort> next)
        {
            current.CopyTo(next);
            next[slot] = (ushort)(nodes.Length - 1);
        }
    }

    private static async Task<string> RunToolAsync(int code, params string[] arguments)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture);
        using StringWriter error = new(CultureInfo.InvariantCulture);
        int actual = await ClusterTool.RunAsync(arguments, output, error);
        string all = $"{output}{error}";
        Assert.True(actual == code, $"{string.Join(' ', arguments)}: {actual}, {all}");
        return all;
    }
}
