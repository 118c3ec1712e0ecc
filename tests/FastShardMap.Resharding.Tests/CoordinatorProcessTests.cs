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

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Kills the coordinator (SIGKILL) once in each state, while programs read and write, and starts it again.
    /// Nothing is lost, and the last one completes the moves.</summary>
    [Fact]
    public async Task Apply_KilledInEachState_IsContinuedByTheNextProcess()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        RedisServer[] servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RedisServer.StartAsync(Token)));
        try
        {
            await RunAsync(servers);
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
        ShardingOptions options = new()
        {
            ControlConfiguration = servers[0].Configuration,
            Lease = TimeSpan.FromMilliseconds(100),
            OperationTimeout = Servers.Timeout,
        };
        NodeWeight[] nodes =
            [.. servers.Select(server => new NodeWeight(string.Create(
                CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}")))];
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

    /// <summary>Starts the tool, and kills it in a state in which none was killed.</summary>
    /// <returns>The state; null if the tool has completed the moves instead.</returns>
    private static async Task<MoveState?> KillInNewStateAsync(
        Resharder resharder, string configuration, HashSet<MoveState> killedIn)
    {
        string tool = Path.Combine(AppContext.BaseDirectory, "FastShardMap.Cluster.dll");
        ProcessStartInfo start = new("dotnet", [tool, "apply", "--yes"])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment[ToolOptions.Variable] = configuration;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Token);
        Task<string> error = process.StandardError.ReadToEndAsync(Token);
        while (!process.HasExited)
        {
            if (IsNew((await resharder.GetStatusAsync()).State))
            {
                process.Kill();
                await process.WaitForExitAsync(Token);

                // Nothing changes the state any more. It may be a later one than the one that was seen.
                if ((await resharder.GetStatusAsync()).State is MoveState state && IsNew(state))
                {
                    return state;
                }

                return await KillInNewStateAsync(resharder, configuration, killedIn);
            }

            await Task.Delay(1, Token);
        }

        string all = await output + await error;
        Assert.True(process.ExitCode == ExitCode.Success, all);
        Assert.DoesNotContain(RedisServer.Password, all, StringComparison.Ordinal);
        return null;

        bool IsNew(MoveState state) => s_states.Contains(state) && !killedIn.Contains(state);
    }
}
