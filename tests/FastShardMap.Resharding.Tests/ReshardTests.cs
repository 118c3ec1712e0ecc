using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

[Collection(Servers.Collection)]
public class ReshardTests(Servers servers)
{
    internal const int Slots = 64;

    internal static readonly ReshardOptions Quick = new()
    {
        Concurrency = 32, CutoverPercents = [50, 100], MaxScannedKeysPerSecond = 100_000,
    };

    /// <summary>With a lease that the states of a wave outlast, and with one that outlasts several of them.</summary>
    [Theory]
    [InlineData(60)]
    [InlineData(700)]
    public async Task RunAsync_WithTraffic_LosesNoWrite(int leaseMilliseconds)
    {
        ShardingOptions options = await servers.EmptyAsync(3, leaseMilliseconds);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        await using Traffic traffic = await Traffic.StartAsync(options, Traffic.KeysIn(Slots, 300), 4, 4);
        ReshardPlan plan = await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(Slots));
        await resharder.ScheduleAsync(plan);

        Seen seen = new();
        await resharder.RunAsync(Quick, seen);
        await traffic.StopAsync();

        ReshardStatus status = await resharder.GetStatusAsync();
        Assert.Empty(status.Moves);
        Assert.Equal("node-2", status.Table.Nodes[status.Table.NodeOf(0)].Name);
        Assert.Equal(Slots, status.Table.CountOf(status.Table.IndexOf("node-2")));
        Assert.True(traffic.Operations > 100, $"{traffic.Operations} operations");
        Assert.Equal(
            [
                MoveState.Planned, MoveState.Copying, MoveState.DoubleWrite, MoveState.Verifying, MoveState.Cutover,
                MoveState.Draining, MoveState.Cleaning,
            ],
            seen.States);
        await AssertCleanAsync(resharder, options, traffic);
    }

    /// <summary>The coordinator ends at a step, as if it were killed; reads and writes go on; another one
    /// continues.</summary>
    [Theory]
    [InlineData("Copying begins")]
    [InlineData("Copying")]
    [InlineData("DoubleWrite begins")]
    [InlineData("Verifying begins")]
    [InlineData("comparing")]
    [InlineData("Cutover begins")]
    [InlineData("Draining begins")]
    [InlineData("Draining hands over")]
    [InlineData("Draining holds")]
    [InlineData("Cleaning begins")]
    [InlineData("deleting")]
    [InlineData("copies deleted")]
    public async Task RunAsync_CoordinatorKilled_IsContinuedByAnother(string where)
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder first = await Resharder.ConnectAsync(options);
        await first.CreateAsync(Servers.Nodes(2));

        // A checkpoint within the copying comes after each 250 keys.
        RedisKey[] keys = Traffic.KeysIn(Slots, where == "Copying" ? 600 : 150);
        await using Traffic traffic = await Traffic.StartAsync(options, keys, 3, 2);
        await first.ScheduleAsync(await first.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        await KillAsync(first, where, () => first.RunAsync(Quick));

        long before = traffic.Operations;
        await Wait.UntilAsync(
            () => traffic.Operations > before + 50 || traffic.Wrong.Count > 0, "the traffic goes on");

        await using Resharder second = await Resharder.ConnectAsync(options);
        await second.RunAsync(Quick);
        await traffic.StopAsync();
        await AssertCleanAsync(second, options, traffic);
    }

    [Theory]
    [InlineData("Copying begins")]
    [InlineData("Verifying begins")]
    [InlineData("Cutover begins")]
    [InlineData("Draining begins")]
    [InlineData("Draining hands over")]
    [InlineData("Draining holds")]
    public Task RollBackAsync_InAnyState_GivesTheSlotsBack(string where) => RollBackAsync(where, whereAgain: null);

    /// <summary>A coordinator that rolls back ends at a step, too. Another one rolls back again, as if the command were
    /// repeated.</summary>
    [Theory]
    [InlineData("Cutover begins", "RollingBack begins")]
    [InlineData("Cutover begins", "deleting")]
    [InlineData("Cutover begins", "copies deleted")]
    [InlineData("Draining holds", "Draining begins")]
    [InlineData("Draining holds", "Draining hands over")]
    [InlineData("Draining holds", "Draining holds")]
    [InlineData("Draining holds", "Cleaning begins")]
    [InlineData("Draining holds", "deleting")]
    [InlineData("Draining holds", "copies deleted")]
    public Task RollBackAsync_KilledAndRepeated_GivesTheSlotsBack(string where, string whereAgain) =>
        RollBackAsync(where, whereAgain);

    [Fact]
    public async Task RollBackAsync_WhileDeleting_IsRefused()
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(4)));
        await KilledException.RunUntilAsync(resharder, "deleting");

        await Assert.ThrowsAsync<ReshardException>(() => resharder.RollBackAsync(Quick));
        Assert.Equal(MoveState.Cleaning, (await resharder.GetStatusAsync()).State);
        await resharder.RunAsync(Quick);
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
    }

    /// <summary>Copies that arrive out of order: the later snapshot stays.</summary>
    [Fact]
    public async Task SyncAsync_DelayedSnapshot_DoesNotReplaceALaterOne()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using NodeConnections connections = new(options);
        SlotOperations operations = new(connections);
        SlotRule rule = new(5, "node-0", "node-1", MoveState.DoubleWrite, 0, 3, 0);
        Assert.True(await operations.TryRaiseFenceAsync("node-0", 5, 3));
        Assert.True(await operations.TryWriteAsync(rule, "k", "new", null));
        IDatabase follower = await connections.DatabaseAsync("node-1");

        // As if a snapshot with a greater number had arrived first.
        Assert.True(await operations.TryRaiseFenceAsync("node-1", 5, 3));
        await follower.HashSetAsync(SlotKeys.Versions(5), "k", 100);
        await follower.StringSetAsync("k", "newer");
        Assert.Equal(ApplyResult.Done, await operations.SyncAsync("node-0", "node-1", 5, 3, "k"));
        Assert.Equal("newer", await follower.StringGetAsync("k"));

        // And a fence that has been raised refuses every snapshot.
        Assert.True(await operations.TryRaiseFenceAsync("node-1", 5, 4));
        Assert.Equal(ApplyResult.Fenced, await operations.SyncAsync("node-0", "node-1", 5, 3, "k"));
        Assert.False(await operations.TryRaiseFenceAsync("node-1", 5, 3));
    }

    /// <summary>A copy that was damaged behind the coordinator's back is found and mended before reads move.</summary>
    [Fact]
    public async Task RunAsync_DamagedCopies_AreRepaired()
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        RedisKey[] keys = Traffic.KeysIn(Slots, 50);
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        foreach (RedisKey key in keys)
        {
            await store.SetAsync(key, "right");
        }

        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        await using ConnectionMultiplexer target = await servers.ConnectAsync("node-2");
        resharder.Checkpoint = what =>
        {
            if (what == "Verifying begins")
            {
                target.GetDatabase().StringSet(keys[3], "wrong");
                target.GetDatabase().KeyDelete(keys[4]);
                target.GetDatabase().StringSet(Traffic.KeysIn(Slots, 51)[50], "not there");
            }
        };
        await resharder.RunAsync(Quick);

        foreach (RedisKey key in keys)
        {
            Assert.Equal("right", await store.GetAsync(key));
        }

        Assert.True((await store.GetAsync(Traffic.KeysIn(Slots, 51)[50])).IsNull);
    }

    /// <summary>Damage after the verification is found before the new owner takes over: the wave is rolled
    /// back.</summary>
    [Fact]
    public async Task RunAsync_CopiesDamagedDuringCutover_RollsBack()
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        RedisKey[] keys = Traffic.KeysIn(Slots, 20);
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        foreach (RedisKey key in keys)
        {
            await store.SetAsync(key, "right");
        }

        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        await using ConnectionMultiplexer target = await servers.ConnectAsync("node-2");
        resharder.Checkpoint = what =>
        {
            if (what == "Cutover begins")
            {
                target.GetDatabase().StringSet(keys[3], "wrong");
            }
        };
        ReshardException exception = await Assert.ThrowsAsync<ReshardException>(() => resharder.RunAsync(Quick));

        Assert.Contains("rolled back", exception.Message, StringComparison.Ordinal);
        Assert.Equal("right", await store.GetAsync(keys[3]));
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
        Assert.Equal(0, (await resharder.VerifyAsync()).Misplaced);
    }

    [Fact]
    public async Task VerifyAsync_KeyOnTheWrongServer_IsCounted()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        SlotTable table = await resharder.CreateAsync(Servers.Nodes(2));
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        await store.SetAsync("a", 1);
        string other = table.Nodes[1 - table.NodeOf(SlotTable.SlotOf("a"))].Name;
        await using ConnectionMultiplexer connection = await servers.ConnectAsync(other);
        await connection.GetDatabase().StringSetAsync("a", 2);

        Assert.Equal(new VerifyReport(1, 1, 0), await resharder.VerifyAsync());
    }

    [Fact]
    public async Task Schedule_OldPlanOrMovesUnderWay_IsRefused()
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await Assert.ThrowsAsync<ReshardException>(() => resharder.PlanAsync(Servers.Nodes(2)));
        await Assert.ThrowsAsync<ReshardException>(() => RoutedStore.ConnectAsync(options));
        await resharder.CreateAsync(Servers.Nodes(2));
        await Assert.ThrowsAsync<ReshardException>(() => resharder.CreateAsync(Servers.Nodes(2)));

        ReshardPlan plan = await resharder.PlanAsync(Servers.Nodes(3));
        await resharder.ScheduleAsync(plan);
        await Assert.ThrowsAsync<ReshardException>(() => resharder.ScheduleAsync(plan));
        await resharder.RollBackAsync();
        await Assert.ThrowsAsync<ReshardException>(() => resharder.ScheduleAsync(plan));
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
    }

    [Fact]
    public async Task Store_BadArguments_AreRefused()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);

        await Assert.ThrowsAsync<ArgumentException>("key", () => store.GetAsync(default(RedisKey)));
        await Assert.ThrowsAsync<ArgumentException>("key", () => store.GetAsync("fsm:fence:1"));
        await Assert.ThrowsAsync<ArgumentException>("value", () => store.SetAsync("k", RedisValue.Null));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            "expiry", () => store.SetAsync("k", 1, TimeSpan.Zero));
        Assert.DoesNotContain("password", options.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A coordinator ends at a step of a move. Another one rolls the move back; if it ends at a step, too, a
    /// third one rolls back again.</summary>
    private async Task RollBackAsync(string where, string? whereAgain)
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder first = await Resharder.ConnectAsync(options);
        SlotTable table = await first.CreateAsync(Servers.Nodes(2));
        await using Traffic traffic = await Traffic.StartAsync(options, Traffic.KeysIn(Slots, 150), 3, 2);
        await first.ScheduleAsync(await first.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        await KillAsync(first, where, () => first.RunAsync(Quick));
        await using Resharder? second = whereAgain is null ? null : await Resharder.ConnectAsync(options);
        if (second is not null)
        {
            await KillAsync(second, whereAgain!, () => second.RollBackAsync(Quick));
        }

        await using Resharder last = await Resharder.ConnectAsync(options);
        await last.RollBackAsync(Quick);
        await traffic.StopAsync();

        await AssertRolledBackAsync(last, table);
        await AssertCleanAsync(last, options, traffic);
    }

    /// <summary>Lets a coordinator work until it ends at a step.</summary>
    private static async Task KillAsync(Resharder coordinator, string where, Func<Task> work)
    {
        KilledException.ThrowAt(coordinator, where);
        Exception killed = await Assert.ThrowsAnyAsync<Exception>(work);
        Assert.IsType<KilledException>(killed is AggregateException all ? all.InnerException : killed);
    }

    private static async Task AssertRolledBackAsync(Resharder resharder, SlotTable table)
    {
        ReshardStatus status = await resharder.GetStatusAsync();
        Assert.Empty(status.Moves);
        Assert.Equal(["node-0", "node-1"], status.Table.Nodes.Select(node => node.Name));
        Assert.Equal(table.ToRanges(), status.Table.ToRanges());
    }

    internal static async Task AssertCleanAsync(Resharder resharder, ShardingOptions options, Traffic traffic)
    {
        VerifyReport report = await resharder.VerifyAsync();
        Assert.Equal((0, 0), (report.Misplaced, report.Differences));
        await using NodeConnections connections = new(options);
        foreach (string node in (await resharder.GetStatusAsync()).Table.Nodes.Select(node => node.Name))
        {
            IServer server = await connections.ServerAsync(node);
            await foreach (RedisKey key in server.KeysAsync(pattern: "fsm:*"))
            {
                string name = key!;
                Assert.True(name.Contains("fence", StringComparison.Ordinal) || name.Contains("{route}"), name);
            }
        }

        Assert.True(report.Keys <= traffic.Keys.Count);
    }

    private sealed class Seen : IProgress<ReshardProgress>
    {
        public List<MoveState> States { get; } = [];

        public void Report(ReshardProgress value)
        {
            if (States.Count == 0 || States[^1] != value.State)
            {
                States.Add(value.State);
            }
        }
    }
}
