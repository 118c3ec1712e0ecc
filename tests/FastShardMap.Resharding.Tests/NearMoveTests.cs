using System.Globalization;
using FastShardMap.Near;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>Near maps whose slots move.</summary>
[Collection(Servers.Collection)]
public class NearMoveTests(Servers servers)
{
    private const int Slots = ReshardTests.Slots;
    private const string Prefix = "near:";

    /// <summary>Short, so that it can pass within a move.</summary>
    private static readonly TimeSpan s_maxStaleness = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>With published writes: Garnet.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reads_WhileSlotsMove_KeepTheBound(bool rollsBack)
    {
        ShardingOptions options = await servers.EmptyAsync(3);
        await MoveAsync(options, rollsBack);
    }

    /// <summary>With changes that the engine reports itself: Redis.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reads_WhileSlotsOfRedisMove_KeepTheBound(bool rollsBack)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        RedisServer[] redis = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RedisServer.StartAsync(Token)));
        try
        {
            await MoveAsync(
                new ShardingOptions
                {
                    ControlConfiguration = redis[0].Configuration,
                    NodeConfiguration = node =>
                        redis[int.Parse(node.AsSpan(5), CultureInfo.InvariantCulture)].Configuration,
                    Lease = TimeSpan.FromMilliseconds(60),
                    OperationTimeout = Servers.Timeout,
                },
                rollsBack);
        }
        finally
        {
            foreach (RedisServer server in redis)
            {
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>A slot goes to another server and comes back, while a map asks for no table: what it has kept of before
    /// is void when it learns of the new table, although the server is the same.</summary>
    [Fact]
    public async Task TryGetLocal_SlotThatWasElsewhereMeanwhile_HasNoCopies()
    {
        ShardingOptions sharding = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(sharding);
        await resharder.CreateAsync(Servers.Nodes(2));

        // The map asks for a table a quarter of an hour later at the earliest, unless an operation needs one.
        await using RoutedNearMap<long, long> map = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => OptionsOf(sharding, node, TimeSpan.FromHours(1)), Token);
        long[] keys = NearTraffic.KeysIn(Prefix, 1, 2);
        await map.SetAsync(keys[0], 1, cancellationToken: Token);
        await Wait.UntilAsync(
            async () => (await map.GetAsync(keys[0], cancellationToken: Token)).IsNear, "a near copy of the key");

        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(1)));
        await KilledException.RunUntilAsync(resharder, "Draining holds");
        await using (RoutedNearMap<long, long> other = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => OptionsOf(sharding, node, TimeSpan.FromSeconds(1)), Token))
        {
            await other.SetAsync(keys[0], 2, cancellationToken: Token);
        }

        await resharder.RollBackAsync(ReshardTests.Quick);

        // An old table, but not older than the bound of an hour.
        Assert.True(map.TryGetLocal(keys[0], out long old));
        Assert.Equal(1, old);
        await map.SetAsync(keys[1], 1, cancellationToken: Token);
        Assert.False(map.TryGetLocal(keys[0], out _));
        Assert.Equal(2, (await map.GetAsync(keys[0], cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task TryGetLocal_ControlServerAway_IsSuspendedUntilItIsBack()
    {
        ShardingOptions direct = await servers.EmptyAsync(2);
        await using (Resharder resharder = await Resharder.ConnectAsync(direct))
        {
            await resharder.CreateAsync(Servers.Nodes(2));
        }

        ConfigurationOptions control = ConfigurationOptions.Parse(direct.ControlConfiguration);
        await using Relay relay = new(((System.Net.IPEndPoint)control.EndPoints[0]).Port);
        ShardingOptions sharding = new()
        {
            ControlConfiguration = string.Create(
                CultureInfo.InvariantCulture, $"127.0.0.1:{relay.Port},password={control.Password}"),
            NodeConfiguration = direct.NodeConfiguration,
            Lease = direct.Lease,
            OperationTimeout = TimeSpan.FromSeconds(5),
        };
        await using RoutedNearMap<long, long> map = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => OptionsOf(sharding, node, TimeSpan.FromSeconds(5)), Token);
        await map.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(
            async () => (await map.GetAsync(1, cancellationToken: Token)).IsNear, "a near copy of the key");

        relay.Refuse();
        await Wait.UntilAsync(() => map.State == NearState.Suspended, "the map is suspended");
        Assert.False(map.TryGetLocal(1, out _));
        Assert.Equal(NearState.Suspended, map.StateOfNode("node-0"));
        Assert.Equal(NearState.Suspended, map.StateOfNode("node-1"));

        relay.Resume();
        await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live again");
        Assert.Equal(10, (await map.GetAsync(1, cancellationToken: Token)).Value);
    }

    /// <summary>Something else has overwritten the entry of the control server. No operation asks for a table; only the
    /// map does that keeps in step with it.</summary>
    [Theory]
    [InlineData("fsm:{route}:epoch", "no number")]
    [InlineData("fsm:{route}:epoch", "")]
    [InlineData("fsm:{route}:table", "no table")]
    [InlineData(
        "fsm:{route}:table", """{"epoch":999,"seed":1,"nodes":[null],"ranges":[],"moves":[]}""")]
    public async Task State_NoTableAtTheControlServer_IsLiveAgainAfterIt(string entry, string noTable)
    {
        ShardingOptions sharding = await servers.EmptyAsync(2);
        await using Resharder resharder = await Resharder.ConnectAsync(sharding);
        await resharder.CreateAsync(Servers.Nodes(2));
        await using RoutedNearMap<long, long> map = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => OptionsOf(sharding, node, s_maxStaleness), Token);
        await using ConnectionMultiplexer control = await ConnectionMultiplexer.ConnectAsync(
            sharding.ControlConfiguration);
        IDatabase database = control.GetDatabase();
        RedisValue epoch = await database.StringGetAsync("fsm:{route}:epoch");
        RedisValue table = await database.StringGetAsync(entry);
        await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live");

        await database.StringSetAsync(entry, noTable);
        if (entry.EndsWith("table", StringComparison.Ordinal))
        {
            await database.StringSetAsync("fsm:{route}:epoch", (long)epoch + 1); // so that the table is read
        }

        // Not for a moment only, as if this process had got no time: the table is missing.
        await Wait.UntilAsync(
            async () =>
            {
                await Task.Delay(s_maxStaleness, Token);
                return map.State == NearState.Suspended;
            },
            "the map is suspended");

        await database.StringSetAsync(entry, table);
        await database.StringSetAsync("fsm:{route}:epoch", epoch);
        await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live again");
    }

    [Fact]
    public async Task Operations_OfAMapThatFollows_WorkAndRefuseBadArguments()
    {
        ShardingOptions sharding = await servers.EmptyAsync(2);
        NearMapOptions Options(string node) => OptionsOf(sharding, node, TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<ReshardException>(
            () => RoutedNearMap<long, long>.ConnectAsync(sharding, Options, Token));
        await using (Resharder resharder = await Resharder.ConnectAsync(sharding))
        {
            await resharder.CreateAsync(Servers.Nodes(2));
        }

        await Assert.ThrowsAsync<ArgumentNullException>(
            "sharding", () => RoutedNearMap<long, long>.ConnectAsync((ShardingOptions)null!, Options, Token));
        await Assert.ThrowsAsync<ArgumentNullException>(
            "options", () => RoutedNearMap<long, long>.ConnectAsync(sharding, null!, Token));
        await Assert.ThrowsAsync<ArgumentNullException>(
            "options", () => RoutedNearMap<long, long>.ConnectAsync(sharding, _ => null!, Token));
        await Assert.ThrowsAsync<ArgumentException>(
            "options",
            () => RoutedNearMap<long, long>.ConnectAsync(
                sharding, node => new NearMapOptions(sharding.NodeConfiguration!(node), "fsm:a"), Token));
        await Assert.ThrowsAsync<ArgumentException>(
            "options",
            () => RoutedNearMap<long, long>.ConnectAsync(
                sharding, node => new NearMapOptions(sharding.NodeConfiguration!(node), node), Token));

        await using RoutedNearMap<long, long> map =
            await RoutedNearMap<long, long>.ConnectAsync(sharding, Options, Token);
        Assert.Throws<InvalidOperationException>(() => map.MapOf(1));
        Assert.Throws<InvalidOperationException>(() => map.MapOfNode("node-0"));
        Assert.Throws<ArgumentException>("node", () => map.StateOfNode("node-7"));
        await map.SetAsync(1, 10, TimeSpan.FromHours(1), Token);
        NearResult<long> read = await map.GetAsync(1, Freshness.Engine, Token);
        Assert.True(await map.TryUpdateAsync(1, 11, read.Version, Token));
        Assert.False(await map.TryUpdateAsync(1, 12, read.Version, Token));
        Assert.False(await map.TryUpdateAsync(1, 12, NearVersion.None, Token));
        Assert.True(await map.TryUpdateAsync(2, 20, NearVersion.None, Token));
        long[] values = new long[4];
        Assert.Equal(2, await map.GetManyAsync(new long[] { 1, 2, 3, 1 }.AsMemory(0, 3), values, new bool[4], Token));
        Assert.Equal([11, 20, 0, 0], values);
        Assert.True(await map.RemoveAsync(1, Token));
        Assert.False(await map.RemoveAsync(1, Token));
        Assert.False((await map.GetAsync(1, cancellationToken: Token)).Found);
        Assert.DoesNotContain("password", map.ToString(), StringComparison.OrdinalIgnoreCase);
        await map.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => map.TryGetLocal(1, out _));
    }

    /// <summary>The lease of a map may be granted again between the moment at which a read gets the routes and its look
    /// at the copy. By the new routes, the copy is one of a former owner.</summary>
    [Fact]
    public async Task TryGetLocal_RoutesChangeDuringTheRead_IsNoHit()
    {
        ShardingOptions sharding = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(sharding);
        await resharder.CreateAsync(Servers.Nodes(2));
        await using RoutedNearMap<long, long> map = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => OptionsOf(sharding, node, s_maxStaleness), Token);
        long key = NearTraffic.KeysIn(Prefix, Slots, 1)[0];
        await map.SetAsync(key, 1, cancellationToken: Token);
        await Wait.UntilAsync(
            async () =>
            {
                await map.GetAsync(key, cancellationToken: Token);
                return map.TryGetLocal(key, out _);
            },
            "a copy");
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        bool isMoved = false;
        bool isNear = true;
        await Wait.UntilAsync(
            async () =>
            {
                await map.GetAsync(key, cancellationToken: Token);
                map.BeforeCheck = () =>
                {
                    map.BeforeCheck = null;
                    isMoved = true;
                    Task.Run(FinishAsync).GetAwaiter().GetResult();
                };
                isNear = map.TryGetLocal(key, out _);
                return isMoved;
            },
            "a copy that is found before the move");
        Assert.False(isNear);
        Assert.Equal(1, (await map.GetAsync(key, cancellationToken: Token)).Value);

        async Task FinishAsync()
        {
            await resharder.RunAsync(ReshardTests.Quick);
            await Wait.UntilAsync(() => map.Table.IndexOf("node-2") >= 0, "the new table");
        }
    }

    /// <summary>The routes have the new owner, and reads still go by the table of before, which the old owner
    /// accepts. Another map that has that table writes there, where the new owner's near map hears nothing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetAsync_RoutesAheadOfTheTableOfReads_KeepsNoCopy(bool many)
    {
        ShardingOptions quick = await servers.EmptyAsync(3);
        await using Resharder resharder = await Resharder.ConnectAsync(quick);
        await resharder.CreateAsync(Servers.Nodes(2));
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(1)));
        await KilledException.RunUntilAsync(resharder, "Cutover begins");

        // Any lease may be used with a table that stores none. The maps keep the table of the cut-over for its time.
        ShardingOptions sharding = Servers.With(quick, quick.NodeConfiguration!, TimeSpan.FromMinutes(1));
        await ChangeTableAsync(sharding, static document => document with { LeaseMilliseconds = null });
        await using RoutedNearMap<long, long> map = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => OptionsOf(sharding, node, TimeSpan.FromHours(1)), Token);
        await using RoutedNearMap<long, long> writer = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => OptionsOf(sharding, node, TimeSpan.FromHours(1)), Token);
        long key = NearTraffic.KeysIn(Prefix, 1, 1)[0];
        await writer.SetAsync(key, 1, cancellationToken: Token);
        await ChangeTableAsync(sharding, static document => document with
        {
            Moves =
            [
                .. document.Moves.Select(move => move with
                {
                    State = MoveState.Draining, Previous = move.Token, Token = document.Epoch + 1,
                }),
            ],
        });

        using ManualResetEventSlim told = new();
        using ManualResetEventSlim goOn = new();
        map.Store!.BeforeUse = () =>
        {
            told.Set();
            goOn.Wait(Token);
        };
        Task refresh = Task.Run(map.Store.RefreshAsync, Token);
        try
        {
            told.Wait(Token);
            Assert.Equal(1, await ReadAsync());
            await writer.SetAsync(key, 2, cancellationToken: Token);
        }
        finally
        {
            goOn.Set();
        }

        await refresh;
        Assert.False(map.TryGetLocal(key, out _));
        Assert.Equal(2, await ReadAsync());
        Assert.True(map.TryGetLocal(key, out long copy)); // the new owner's, by the new table
        Assert.Equal(2, copy);

        async Task<long> ReadAsync()
        {
            if (!many)
            {
                return (await map.GetAsync(key, cancellationToken: Token)).Value;
            }

            long[] values = new long[1];
            await map.GetManyAsync(new[] { key }, values, new bool[1], Token);
            return values[0];
        }
    }

    private static async Task ChangeTableAsync(ShardingOptions sharding, Func<RouteDocument, RouteDocument> change)
    {
        await using NodeConnections connections = new(sharding);
        RouteStore routes = new(connections);
        RouteDocument document = (await routes.ReadAsync()).Document;
        Assert.True(await routes.TryWriteAsync(
            document.Epoch, change(document) with { Epoch = document.Epoch + 1 }));
    }

    private static NearMapOptions OptionsOf(ShardingOptions sharding, string node, TimeSpan maxStaleness) =>
        NearTraffic.OptionsOf(sharding, node, Prefix, maxStaleness);

    private static async Task MoveAsync(ShardingOptions sharding, bool rollsBack)
    {
        await using Resharder resharder = await Resharder.ConnectAsync(sharding);
        await resharder.CreateAsync(Servers.Nodes(2));
        await using NearTraffic traffic = await NearTraffic.StartAsync(
            sharding, Prefix, s_maxStaleness, NearTraffic.KeysIn(Prefix, Slots, 200), maps: 3);
        Assert.True(traffic.Maps[0].Table.IndexOf("node-2") < 0);
        await resharder.ScheduleAsync(await resharder.PlanAsync(Servers.Nodes(3), new MoveSome(Slots)));
        await traffic.PassAsync();
        if (rollsBack)
        {
            await KilledException.RunUntilAsync(resharder, "Draining holds");
            await traffic.PassAsync();
            await resharder.RollBackAsync(ReshardTests.Quick);
        }
        else
        {
            await resharder.RunAsync(ReshardTests.Quick);
            await Wait.UntilAsync(
                () => traffic.HasFaults || traffic.Maps.All(
                    map => map.Table.IndexOf("node-2") >= 0 && map.StatisticsOfNode("node-2").Fills > 0),
                "copies of keys that have moved");
        }

        await traffic.PassAsync();
        await traffic.StopAsync();

        // The keys of heartbeats and agreements belong to their servers and are no keys of slots.
        VerifyReport report = await resharder.VerifyAsync(cancellationToken: Token);
        Assert.Equal((200, 0, 0), (report.Keys, report.Misplaced, report.Differences));
    }
}
