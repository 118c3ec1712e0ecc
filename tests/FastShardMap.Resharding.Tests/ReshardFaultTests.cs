using System.Diagnostics;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>Tables, names and settings that are wrong, and comparisons while keys change.</summary>
[Collection(Servers.Collection)]
public class ReshardFaultTests(Servers servers)
{
    private const int Slots = 8;
    private const int Toggles = 2;
    private const int Comparisons = 150;

    /// <summary>A move between two names of one server would delete the keys.</summary>
    [Fact]
    public async Task RunAsync_OneServerUnderTwoNames_IsRefusedBeforeAnythingChanges()
    {
        ShardingOptions options = await servers.EmptyAsync(1);
        string configuration = options.NodeConfiguration!("node-0");
        ShardingOptions aliased = Servers.With(options, _ => configuration);
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

    /// <summary>The coordinator ends while it rolls back a wave that differed. Another one says that the moves were
    /// rolled back, and begins none of the others.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_RollBackThatIsContinued_IsNoSuccess(bool isKilledAfterTheFirstChange)
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder first = await Resharder.ConnectAsync(options);
        SlotTable table = await first.CreateAsync(Servers.Nodes(2));
        await first.ScheduleAsync(await first.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        await using ConnectionMultiplexer target = await servers.ConnectAsync("node-2");
        int changes = -1;
        first.Checkpoint = what =>
        {
            if (what == "Cutover begins")
            {
                target.GetDatabase().StringSet(Traffic.KeysIn(2, 1)[0], "not there");
            }

            changes += what == "copies deleted" || changes >= 0 && what == "before a change" ? 1 : 0;
            if (isKilledAfterTheFirstChange ? changes == 2 : what == "deleting")
            {
                throw new KilledException();
            }
        };
        ReshardOptions waves = new() { SlotsPerWave = 2, CutoverPercents = [100] };
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => first.RunAsync(waves));
        if (isKilledAfterTheFirstChange)
        {
            Assert.IsType<ReshardException>(exception);
        }
        else
        {
            Assert.IsType<KilledException>(exception);
            await using Resharder second = await Resharder.ConnectAsync(options);
            exception = await Assert.ThrowsAsync<ReshardException>(() => second.RunAsync(waves));
        }

        Assert.Contains("rolled back", exception.Message, StringComparison.Ordinal);
        ReshardStatus status = await first.GetStatusAsync();
        Assert.Empty(status.Moves);
        Assert.Equal(table.ToRanges(), status.Table.ToRanges());
    }

    /// <summary>A coordinator waits for the leases of programs, so theirs must not be longer than it knows.</summary>
    /// <summary>A table that was created anew, by a coordinator that waits for 500 ms.</summary>
    [Fact]
    public void LeaseTicksOf_LeaseLongerThanThatOfTheTable_IsThatOfTheTable()
    {
        long second = Stopwatch.Frequency;
        RouteDocument document = new() { Epoch = 1, Seed = 0, Nodes = [], Ranges = [], Moves = [] };
        RouteDocument shorter = document with { LeaseMilliseconds = 500 };
        Assert.Equal(second / 2, RoutedStore.LeaseTicksOf(shorter, 2 * second));
        Assert.Equal(second / 4, RoutedStore.LeaseTicksOf(shorter, second / 4));
        Assert.Equal(2 * second, RoutedStore.LeaseTicksOf(document, 2 * second));
    }

    [Fact]
    public async Task ConnectAsync_LeaseLongerThanThatOfTheTable_IsRefused()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(1));
        ShardingOptions longer = Servers.With(options, options.NodeConfiguration!, TimeSpan.FromSeconds(2));
        ReshardException exception =
            await Assert.ThrowsAsync<ReshardException>(() => RoutedStore.ConnectAsync(longer));
        Assert.Contains("2000", exception.Message, StringComparison.Ordinal);

        // A coordinator with the longer lease makes room for programs with it.
        await using Resharder other = await Resharder.ConnectAsync(longer);
        await other.ScheduleAsync(await other.PlanAsync(Servers.Nodes(2), new MoveSome(Slots)));
        await using RoutedStore store = await RoutedStore.ConnectAsync(longer);
        await resharder.RollBackAsync(ReshardTests.Quick);
        await store.SetAsync("k", 1);
        await using RoutedStore later = await RoutedStore.ConnectAsync(longer);
        Assert.Equal(1, await later.GetAsync("k"));
    }

    /// <summary>The function that names a server fails once; it is asked again, and the store can be closed.</summary>
    [Fact]
    public async Task NodeConfiguration_ThatFailsOnce_IsAskedAgain()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        bool fails = true;
        ShardingOptions failing = Servers.With(
            options,
            node => fails ? throw new InvalidOperationException("no such name yet") : options.NodeConfiguration!(node));
        RoutedStore store = await RoutedStore.ConnectAsync(failing);
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.GetAsync("k"));
        fails = false;
        await store.SetAsync("k", 1);
        Assert.Equal(1, await store.GetAsync("k"));
        fails = true;
        RedisKey elsewhere = Enumerable.Range(0, 1_000).Select(i => (RedisKey)$"k{i}").First(
            key => store.Table.NodeOf(SlotTable.SlotOf((byte[])key!))
                != store.Table.NodeOf(SlotTable.SlotOf("k"u8)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.GetAsync(elsewhere));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task ScheduleAsync_NameWithoutConnectionString_StoresNothing()
    {
        ShardingOptions options = await servers.EmptyAsync(1);
        await using Resharder resharder = await Resharder.ConnectAsync(Servers.With(
            options,
            node => node == "node-1"
                ? throw new InvalidOperationException("no such name")
                : options.NodeConfiguration!(node)));
        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(
            "nodes", () => resharder.CreateAsync(Servers.Nodes(2)));
        Assert.Contains("'node-1'", exception.Message, StringComparison.Ordinal);
        await resharder.CreateAsync(Servers.Nodes(1));
        ReshardPlan plan = await resharder.PlanAsync(Servers.Nodes(2));
        await Assert.ThrowsAsync<ArgumentException>("plan", () => resharder.ScheduleAsync(plan));
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
    }

    /// <summary>The second server of a double write has no address for this process. The write has taken effect, and
    /// the coordinator brings it over.</summary>
    [Fact]
    public async Task SetAsync_SecondServerWithoutAddress_IsDeferred()
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(2));
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        await KilledException.RunUntilAsync(resharder, "Verifying begins");
        await using RoutedStore store = await RoutedStore.ConnectAsync(Servers.With(
            options,
            node => node == "node-2"
                ? throw new InvalidOperationException("no such name yet")
                : options.NodeConfiguration!(node)));
        RedisKey key = Traffic.KeysIn(Slots, 1)[0];
        await store.SetAsync(key, "value");
        Assert.Equal(1, store.DeferredWrites);

        await resharder.RunAsync(ReshardTests.Quick);
        await using RoutedStore other = await RoutedStore.ConnectAsync(options);
        Assert.Equal("value", await other.GetAsync(key));
    }

    /// <summary>A server does not hold back its first use for longer than an operation may take.</summary>
    [Fact]
    public void ConnectionOf_ShortTimeout_IsThatOfConnecting()
    {
        ShardingOptions options = new()
        {
            ControlConfiguration = "127.0.0.1:1", OperationTimeout = TimeSpan.FromMilliseconds(300),
        };
        Assert.Equal((300, 1), (options.ConnectionOf(null).ConnectTimeout, options.ConnectionOf("b:1").ConnectRetry));
        options = new ShardingOptions { ControlConfiguration = "127.0.0.1:1,connectTimeout=200" };
        Assert.Equal(200, options.ConnectionOf("b:1").ConnectTimeout);
    }

    /// <summary>The control server was emptied and got another first table. A process with the old one sees
    /// it.</summary>
    [Fact]
    public async Task CreateAsync_SecondTable_HasALaterEpoch()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(1));
        ReshardPlan plan = await resharder.PlanAsync(Servers.Nodes(2));
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        await servers.EmptyAsync(2);
        SlotTable second = await resharder.CreateAsync([new NodeWeight("node-1")]);
        await store.RefreshAsync();
        Assert.Equal(second.ToRanges(), store.Table.ToRanges());
        Assert.Equal("node-1", store.Table.Nodes[0].Name);
        await Assert.ThrowsAsync<ReshardException>(() => resharder.ScheduleAsync(plan));
    }

    /// <summary>The control server lost its table, and the data servers have kept the fences of moves.</summary>
    [Fact]
    public async Task CreateAsync_AfterMoves_TakesWritesToTheirSlots()
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync([new NodeWeight("node-1")]);
        await resharder.ScheduleAsync(await resharder.PlanAsync(
            [new NodeWeight("node-1"), new NodeWeight("node-2")], new MoveSome(Slots)));
        await resharder.RunAsync(ReshardTests.Quick);
        await servers.EmptyAsync(1);
        await resharder.CreateAsync([new NodeWeight("node-1")]);
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        foreach (RedisKey key in Traffic.KeysIn(Slots, 20))
        {
            await store.SetAsync(key, "new");
            Assert.Equal("new", await store.GetAsync(key));
        }
    }

    /// <summary>A plan of another table that has the same epoch by chance.</summary>
    [Fact]
    public async Task ScheduleAsync_PlanOfOtherOwners_IsRefused()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        SlotTable table = await resharder.CreateAsync(Servers.Nodes(2));
        SlotTable other = SlotTable.Create([.. Servers.Nodes(2).Reverse()], epoch: table.Epoch);
        await Assert.ThrowsAsync<ReshardException>(
            () => resharder.ScheduleAsync(ReshardPlan.Create(other, Servers.Nodes(3))));
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
    }

    /// <summary>The servers before and after a plan are together more than a table holds: nothing is stored.</summary>
    [Fact]
    public async Task ScheduleAsync_TooManyServers_StoresNothing()
    {
        ShardingOptions options = await servers.EmptyAsync(1);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await using NodeConnections connections = new(options);
        Assert.True(await new RouteStore(connections).TryWriteAsync(
            -1, RouteDocument.Of(SlotTable.Create(Servers.Nodes(2_100), epoch: 1), seed: 0, leaseMilliseconds: null)));
        ReshardPlan plan = await resharder.PlanAsync(
            [.. Enumerable.Range(0, 2_100).Select(i => new NodeWeight($"other-{i}"))]);
        await Assert.ThrowsAsync<ReshardException>(() => resharder.ScheduleAsync(plan));
        Assert.Empty((await resharder.GetStatusAsync()).Moves);
    }

    /// <summary>A key expires on the old owner a moment before its copy: that is no difference.</summary>
    [Fact]
    public async Task RunAsync_KeyThatExpires_IsNoDifference()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(1));
        RedisKey key = Traffic.KeysIn(Slots, 1)[0];
        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        await store.SetAsync(key, "value");
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(2), new MoveSome(Slots)));
        await using ConnectionMultiplexer source = await servers.ConnectAsync("node-0");
        await using ConnectionMultiplexer target = await servers.ConnectAsync("node-1");
        bool isCuttingOver = false;
        resharder.Checkpoint = what =>
        {
            isCuttingOver |= what == "Cutover begins";
            if (isCuttingOver && what == "comparing")
            {
                source.GetDatabase().KeyDelete(key);
                target.GetDatabase().KeyExpire(key, TimeSpan.FromSeconds(3));
            }
        };
        await resharder.RunAsync(ReshardTests.Quick);
        Assert.True((await store.GetAsync(key)).IsNull);
    }

    /// <summary>Keys get two values in turn while they are compared: no instant has a difference.</summary>
    [Fact]
    public async Task VerifyAsync_ValuesThatComeBack_AreNoDifference()
    {
        ShardingOptions options = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(options);
        await resharder.CreateAsync(Servers.Nodes(1));
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(2), new MoveSome(Slots)));
        await KilledException.RunUntilAsync(resharder, "Verifying begins");

        await using RoutedStore store = await RoutedStore.ConnectAsync(options);
        using CancellationTokenSource stop = new();
        Task[] writers =
        [
            .. Traffic.KeysIn(Slots, 4).Select(key => Task.Run(async () =>
            {
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    await store.SetAsync(key, i % Toggles);
                }
            })),
        ];
        long differences = 0;
        for (int i = 0; i < Comparisons; i++)
        {
            differences += (await resharder.VerifyAsync()).Differences;
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(0, differences);
    }
}
