using System.Net;
using System.Text;
using FastShardMap.Embedded;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Slots that move between the nodes of a cluster, while near maps read and write, and a failover.</summary>
public class ClusterFaultTests
{
    private const int Keys = 60;
    private const int LastSlot = 2_000;
    private const int MovesAtMost = 40;

    private static readonly TimeSpan s_maxStaleness = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The nodes of Garnet move many slots by one command, there and back, until maps have read and written
    /// while the slots moved.</summary>
    [Fact]
    public async Task Reads_WhileSlotsMove_KeepTheBound()
    {
        await using EmbeddedEngine engine =
            await EmbeddedEngine.StartAsync(new EmbeddedEngineOptions { NodeCount = 3 }, Token);
        NearMapOptions options = OptionsOf(engine.Configuration);
        await using NearMap<long, long> first = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> second = await NearMap<long, long>.ConnectAsync(options, Token);
        await using MapTraffic traffic = await MapTraffic.StartAsync(
            [TrafficMap.Of(first), TrafficMap.Of(second)],
            KeysIn(options.Prefix, slot => slot <= LastSlot),
            s_maxStaleness);
        await traffic.PassAsync();

        long reads = 0;
        long writes = 0;

        // A map may miss a move that is undone before it asks a node for its slots.
        for (int move = 0; move < 2 || reads == 0 || writes == 0 || !HaveSeenAMove(); move++)
        {
            Assert.True(
                move < MovesAtMost,
                $"{reads} reads and {writes} writes in {move} moves; {first.GetStatistics().Suspensions} and "
                + $"{second.GetStatistics().Suspensions} suspensions");
            (long readsBefore, long writesBefore) = (traffic.Reads, traffic.Writes);
            await MoveAsync(engine, from: move % 2, to: 1 - (move % 2), firstSlot: 0, LastSlot);
            reads += traffic.Reads - readsBefore;
            writes += traffic.Writes - writesBefore;
            await traffic.PassAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{reads} reads and {writes} writes in moves");
        await traffic.StopAsync(s_limit);

        bool HaveSeenAMove() => first.GetStatistics().Suspensions > 0 && second.GetStatistics().Suspensions > 0;
    }

    /// <summary>A slot of Redis moves key by key. Between the steps, maps read and write keys that are on either node:
    /// the old owner sends requests for those that have left to the new one.</summary>
    [Fact]
    public async Task Reads_WhileASlotOfRedisMovesKeyByKey_KeepTheBound()
    {
        const int Slot = 1;
        const int KeysOfTheSlot = 6;
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(primaries: 3);
        NearMapOptions options = OptionsOf(cluster.Configuration);
        await using NearMap<long, long> first = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> second = await NearMap<long, long>.ConnectAsync(options, Token);
        Assert.Equal(InvalidationSource.Tracking, first.Source);
        long[] keys = KeysIn(options.Prefix, slot => slot == Slot, KeysOfTheSlot);
        await using MapTraffic traffic = await MapTraffic.StartAsync(
            [TrafficMap.Of(first), TrafficMap.Of(second)], keys, s_maxStaleness);
        await traffic.PassAsync();

        await using ConnectionMultiplexer client =
            await ConnectionMultiplexer.ConnectAsync(
                $"{cluster.Configuration},allowAdmin=true,connectTimeout=60000,asyncTimeout=60000");
        IServer source = client.GetServer("127.0.0.1", cluster.Ports[0]);
        IServer target = client.GetServer("127.0.0.1", cluster.Ports[1]);
        string sourceId = (string)(await source.ExecuteAsync("CLUSTER", "MYID"))!;
        string targetId = (string)(await target.ExecuteAsync("CLUSTER", "MYID"))!;
        await target.ExecuteAsync("CLUSTER", "SETSLOT", Slot, "IMPORTING", sourceId);
        await source.ExecuteAsync("CLUSTER", "SETSLOT", Slot, "MIGRATING", targetId);
        await traffic.PassAsync();
        foreach (long key in keys)
        {
            await source.ExecuteAsync(
                "MIGRATE", "127.0.0.1", cluster.Ports[1], EngineKeyOf(options.Prefix, key), 0, 60_000);
            await traffic.PassAsync();
        }

        await target.ExecuteAsync("CLUSTER", "SETSLOT", Slot, "NODE", targetId);
        await source.ExecuteAsync("CLUSTER", "SETSLOT", Slot, "NODE", targetId);
        await traffic.PassAsync();
        await Wait.UntilAsync(
            () => traffic.HasFaults
                || (first.GetStatistics().Suspensions > 0 && second.GetStatistics().Suspensions > 0),
            "both maps see the new owner");
        await traffic.PassAsync();
        await traffic.StopAsync(s_limit);
        Assert.Equal(0L, (long)await source.ExecuteAsync("CLUSTER", "COUNTKEYSINSLOT", Slot));
        Assert.Equal(KeysOfTheSlot, (long)await target.ExecuteAsync("CLUSTER", "COUNTKEYSINSLOT", Slot));
    }

    /// <summary>A primary of a cluster of Redis is killed, and its replica, which has not received the last writes,
    /// becomes the primary. What was lost at the engine is in no near copy, either.</summary>
    [Fact]
    public async Task Reads_AfterAFailover_ShowWhatTheNewPrimaryHas()
    {
        const int Primary = 0;
        const int Replica = 3;
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(primaries: 3, replicas: 1);
        NearMapOptions options = OptionsOf(cluster.Configuration);
        options.OperationTimeout = TimeSpan.FromSeconds(2);
        await using NearMap<long, long> reader = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await NearMap<long, long>.ConnectAsync(options, Token);
        Assert.Equal(InvalidationSource.Tracking, reader.Source);
        long[] keys = KeysIn(options.Prefix, _ => true);
        await WriteAsync(writer, keys, 0);
        cluster.Pause(Replica);
        await FillReplicationAsync(cluster);
        await WriteAsync(writer, keys, 1);
        foreach (long key in keys)
        {
            await Wait.UntilAsync(
                async () => await reader.GetAsync(key, cancellationToken: Token) is { IsNear: true, Value: 1 },
                "a near copy of the last write");
        }

        long suspensions = reader.GetStatistics().Suspensions;
        cluster.Kill(Primary);
        cluster.Resume(Replica);
        await Wait.UntilAsync(() => reader.GetStatistics().Suspensions > suspensions, "the reader is suspended");
        await Wait.UntilAsync(
            () => reader.State == NearState.Live && writer.State == NearState.Live, "the maps are live again");

        // First what the reader shows, before anything is written.
        int lost = 0;
        foreach (long key in keys)
        {
            NearResult<long> near = await reader.GetAsync(key, cancellationToken: Token);
            NearResult<long> engine = await writer.GetAsync(key, Freshness.Engine, Token);
            Assert.Equal((engine.Found, engine.Value), (near.Found, near.Value));
            lost += engine is { Found: true, Value: 1 } ? 0 : 1;
        }

        Assert.InRange(lost, 1, Keys - 1);
        for (long round = 2; round <= 3; round++)
        {
            await WriteAsync(writer, keys, round);
            foreach (long key in keys)
            {
                await Wait.UntilAsync(
                    async () => (await reader.GetAsync(key, cancellationToken: Token)).Value == round,
                    "the reader sees the write of the round");
            }
        }
    }

    private static NearMapOptions OptionsOf(string configuration) => new(configuration, Engines.NewPrefix())
    {
        MaxBytes = 4 << 20,
        MaxStaleness = s_maxStaleness,
        MaxForeignStaleness = TimeSpan.FromHours(1), // no copy ends by its age
        ExactStaleness = true,
        OperationTimeout = s_limit,
        ConnectTimeout = s_limit,
    };

    private static long[] KeysIn(string prefix, Func<int, bool> slots, int count = Keys) =>
    [
        .. Enumerable.Range(0, int.MaxValue).Select(key => (long)key)
            .Where(key => slots(ClusterSlot.Of(EngineKeyOf(prefix, key)))).Take(count),
    ];

    private static byte[] EngineKeyOf(string prefix, long key) =>
        [.. Encoding.UTF8.GetBytes(prefix), (byte)'k', .. BitConverter.GetBytes(key)];

    private static async Task WriteAsync(NearMap<long, long> map, long[] keys, long value)
    {
        foreach (long key in keys)
        {
            await map.SetAsync(key, value, cancellationToken: Token);
        }
    }

    /// <summary>Writes more than the buffers between the first primary and its replica, which is stopped, can hold:
    /// later writes stay in the primary's memory, and end with it.</summary>
    private static async Task FillReplicationAsync(RedisCluster cluster)
    {
        string key = Enumerable.Range(0, int.MaxValue).Select(i => $"filler{i}").First(key => ClusterSlot.Of(key) == 0);
        await using ConnectionMultiplexer client =
            await ConnectionMultiplexer.ConnectAsync(
                $"{cluster.Configuration},connectTimeout=60000,asyncTimeout=60000");
        byte[] megabyte = new byte[1 << 20];
        for (int i = 0; i < 48; i++)
        {
            await client.GetDatabase().StringSetAsync(key, megabyte);
        }
    }

    private static async Task MoveAsync(EmbeddedEngine engine, int from, int to, int firstSlot, int lastSlot)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(engine.Configuration);
        options.AllowAdmin = true;
        options.ConnectTimeout = options.AsyncTimeout = (int)s_limit.TotalMilliseconds;
        await using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync(options);
        IPEndPoint target = engine.Endpoints[to];
        IServer source = client.GetServer(engine.Endpoints[from]);

        // Without the password of the target the node answers OK and moves nothing.
        await source.ExecuteAsync(
            "MIGRATE", target.Address.ToString(), target.Port, "", 0, 5000, "AUTH2", "default", options.Password!,
            "SLOTSRANGE", firstSlot, lastSlot);
        await Wait.UntilAsync(
            async () => (string?)await source.ExecuteAsync("CLUSTER", "MTASKS") is "0", "the slots have moved");
    }
}
