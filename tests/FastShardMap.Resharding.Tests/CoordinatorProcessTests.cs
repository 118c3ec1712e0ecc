using System.Diagnostics;
using System.Globalization;
using FastShardMap.Cluster;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;

namespace FastShardMap.Resharding.Tests;

/// <summary>The tool <c>fsmap-cluster</c> as a process of its own, which is killed in the middle of a move.</summary>
public class CoordinatorProcessTests
{
    private const int Slots = 1_280; // two waves: a state that is over too soon in the first comes again

    private static readonly MoveState[] s_states =
    [
        MoveState.Copying, MoveState.DoubleWrite, MoveState.Verifying, MoveState.Cutover, MoveState.Draining,
        MoveState.Cleaning,
    ];

    private const int RollBacksAtMost = 10;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Kills the coordinator (SIGKILL) once in each state, while programs read and write, and starts it again.
    /// Nothing is lost, and the last one completes the moves.</summary>
    [Fact]
    public Task Apply_KilledInEachState_IsContinuedByTheNextProcess() => WithServersAsync(RunAsync);

    /// <summary>Where the move ends at first, and the state in which its roll-back is killed.</summary>
    public static TheoryData<string, MoveState> RollBacks { get; } = Soak.IsOn
        ? new()
        {
            { "Cutover begins", MoveState.RollingBack },
            { "Draining holds", MoveState.Draining },
            { "Draining holds", MoveState.Cleaning },
        }
        : new() { { "Draining holds", MoveState.Draining } };

    /// <summary>Kills a roll-back (SIGKILL) while programs read and write, before and after the new owner has taken
    /// over (FASTSHARDMAP_SOAK; otherwise after it only), and repeats the command. The old table is there, and so are
    /// all keys.</summary>
    [Theory]
    [MemberData(nameof(RollBacks))]
    public Task RollBack_Killed_IsContinuedByTheSameCommand(string where, MoveState killedIn) =>
        WithServersAsync(servers => RollBackAsync(servers, where, killedIn));

    private static async Task WithServersAsync(Func<RedisServer[], Task> run)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        RedisServer[] servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RedisServer.StartAsync(Token)));
        try
        {
            await run(servers);
        }
        finally
        {
            foreach (RedisServer server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static async Task RunAsync(RedisServer[] servers)
    {
        ShardingOptions options = OptionsOf(servers);
        NodeWeight[] nodes = NodesOf(servers);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(nodes[..2]);
        await using Traffic traffic = await Traffic.StartAsync(options, Traffic.KeysIn(Slots, 300), 2, 2);
        await resharder.ScheduleAsync(await resharder.PlanAsync(nodes, new MoveSome(Slots)));

        HashSet<MoveState> killedIn = [];
        while (await KillInNewStateAsync(resharder, servers[0].Configuration, killedIn) is MoveState state)
        {
            killedIn.Add(state);
            long before = traffic.Operations;
            await Wait.UntilAsync(
                () => traffic.Operations > before + 20 || traffic.Wrong.Count > 0, "the traffic goes on");
        }

        await traffic.StopAsync();
        Assert.True(killedIn.IsSupersetOf(s_states), string.Join(", ", killedIn));
        ReshardStatus status = await resharder.GetStatusAsync();
        Assert.Empty(status.Moves);
        Assert.Equal(Slots, status.Table.CountOf(status.Table.IndexOf(nodes[2].Name)));
        await ReshardTests.AssertCleanAsync(resharder, options, traffic);
    }

    private static ShardingOptions OptionsOf(RedisServer[] servers) => new()
    {
        ControlConfiguration = servers[0].Configuration,
        Lease = TimeSpan.FromMilliseconds(100),
        OperationTimeout = Servers.Timeout,
    };

    private static NodeWeight[] NodesOf(RedisServer[] servers) =>
        [.. servers.Select(server => new NodeWeight(string.Create(
            CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}")))];

    private static async Task RollBackAsync(RedisServer[] servers, string where, MoveState killedIn)
    {
        ShardingOptions options = OptionsOf(servers);
        NodeWeight[] nodes = NodesOf(servers);
        string configuration = servers[0].Configuration;
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        SlotTable table = await resharder.CreateAsync(nodes[..2]);
        await using Traffic traffic = await Traffic.StartAsync(options, Traffic.KeysIn(ReshardTests.Slots, 300), 2, 2);

        // A roll-back that was over before it could be killed is begun again.
        bool isKilled = false;
        for (int attempt = 0; !isKilled; attempt++)
        {
            Assert.True(attempt < RollBacksAtMost, "no roll-back was killed");
            await resharder.ScheduleAsync(await resharder.PlanAsync(nodes, new MoveSome(ReshardTests.Slots)));
            await KilledException.RunUntilAsync(resharder, where);
            isKilled = await RunToolAsync(
                configuration, ["rollback", "--yes"], async () => IsKilledThere(await resharder.GetStatusAsync()));
        }

        long before = traffic.Operations;
        await Wait.UntilAsync(() => traffic.Operations > before + 50 || traffic.Wrong.Count > 0, "the traffic goes on");
        Assert.False(await RunToolAsync(configuration, ["rollback", "--yes"], () => Task.FromResult(false)));
        await traffic.StopAsync();
        ReshardStatus status = await resharder.GetStatusAsync();
        Assert.Empty(status.Moves);
        Assert.Equal(0, ReshardPlan.Between(table, status.Table).MovedShare);
        await ReshardTests.AssertCleanAsync(resharder, options, traffic);

        // After the handover, a roll-back is a move to the old owner.
        bool IsKilledThere(ReshardStatus status) => status.State == killedIn
            && (killedIn == MoveState.RollingBack || status.Moves[0].Move.To != nodes[2].Name);
    }

    /// <summary>Starts the tool, and kills it in a state in which none was killed.</summary>
    /// <returns>The state; null if the tool has completed the moves instead.</returns>
    private static async Task<MoveState?> KillInNewStateAsync(
        Resharder resharder, string configuration, HashSet<MoveState> killedIn)
    {
        // It may be a later state than the one that was seen first.
        MoveState state = MoveState.Planned;
        bool isKilled = await RunToolAsync(configuration, ["apply", "--yes"], async () =>
        {
            state = (await resharder.GetStatusAsync()).State;
            return s_states.Contains(state) && !killedIn.Contains(state);
        });
        return isKilled ? state : null;
    }

    /// <summary>Starts the tool, and kills it when a condition holds.</summary>
    /// <returns>Whether it was killed, and the condition holds still, when nothing changes any more; false if the tool
    /// has ended with success.</returns>
    private static async Task<bool> RunToolAsync(string configuration, string[] command, Func<Task<bool>> isKilled)
    {
        string tool = Path.Combine(AppContext.BaseDirectory, "FastShardMap.Cluster.dll");
        while (true)
        {
            ProcessStartInfo start = new("dotnet", [tool, .. command])
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            start.Environment[ToolOptions.Variable] = configuration;
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(Token);
            Task<string> error = process.StandardError.ReadToEndAsync(Token);
            bool wasKilled = false;
            while (!process.HasExited && !wasKilled)
            {
                wasKilled = await isKilled();
                if (wasKilled)
                {
                    process.Kill();
                    await process.WaitForExitAsync(Token);
                }
                else
                {
                    await Task.Delay(1, Token);
                }
            }

            if (!wasKilled)
            {
                string all = await output + await error;
                Assert.True(process.ExitCode == ExitCode.Success, all);
                Assert.DoesNotContain(RedisServer.Password, all, StringComparison.Ordinal);
                return false;
            }

            if (await isKilled())
            {
                return true;
            }
        }
    }
}
