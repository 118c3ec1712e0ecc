using System.Net;
using FastShardMap.Embedded;
using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Slots that move between the nodes of a cluster.</summary>
public class ClusterFaultTests
{
    private const int Keys = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_WhileSlotsMove_AreNeverStaleForEver()
    {
        await using EmbeddedEngine engine =
            await EmbeddedEngine.StartAsync(new EmbeddedEngineOptions { NodeCount = 3 }, Token);
        NearMapOptions options = new(engine.Configuration, Engines.NewPrefix())
        {
            MaxBytes = 4 << 20,
            MaxStaleness = TimeSpan.FromSeconds(2),
            MaxForeignStaleness = TimeSpan.FromHours(1), // no copy ends by its age
            OperationTimeout = TimeSpan.FromSeconds(10),
            ConnectTimeout = TimeSpan.FromSeconds(60),
        };
        await using NearMap<long, long> reader = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await NearMap<long, long>.ConnectAsync(options, Token);
        for (long key = 0; key < Keys; key++)
        {
            await writer.SetAsync(key, 0, cancellationToken: Token);
            await reader.GetAsync(key, cancellationToken: Token);
        }

        await MoveAsync(engine, from: 0, to: 1, firstSlot: 0, lastSlot: 2000);
        await Wait.UntilAsync(() => reader.GetStatistics().Suspensions > 0, "the reader sees the move");
        await Wait.UntilAsync(
            () => reader.State == NearState.Live && writer.State == NearState.Live, "the maps are live again");

        await WriteAndReadAsync(reader, writer);
    }

    /// <summary>A primary of a cluster of Redis is killed, and its replica becomes the primary.</summary>
    [Fact]
    public async Task Reads_AfterAFailover_ShowWhatTheNewPrimaryHas()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisCluster cluster = await RedisCluster.StartAsync(primaries: 3, replicas: 1);
        NearMapOptions options = new(cluster.Configuration, Engines.NewPrefix())
        {
            MaxBytes = 4 << 20,
            MaxStaleness = TimeSpan.FromSeconds(2),
            MaxForeignStaleness = TimeSpan.FromHours(1), // no copy ends by its age
            OperationTimeout = TimeSpan.FromSeconds(2),
            ConnectTimeout = TimeSpan.FromSeconds(60),
        };
        await using NearMap<long, long> reader = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await NearMap<long, long>.ConnectAsync(options, Token);
        Assert.Equal(InvalidationSource.Tracking, reader.Source);
        for (long key = 0; key < Keys; key++)
        {
            await writer.SetAsync(key, 0, cancellationToken: Token);
            await reader.GetAsync(key, cancellationToken: Token);
        }

        long suspensions = reader.GetStatistics().Suspensions;
        cluster.Kill(node: 0);
        await Wait.UntilAsync(() => reader.GetStatistics().Suspensions > suspensions, "the reader is suspended");
        await Wait.UntilAsync(
            () => reader.State == NearState.Live && writer.State == NearState.Live, "the maps are live again");

        await WriteAndReadAsync(reader, writer);
    }

    private static async Task WriteAndReadAsync(NearMap<long, long> reader, NearMap<long, long> writer)
    {
        for (long round = 1; round <= 2; round++)
        {
            for (long key = 0; key < Keys; key++)
            {
                await writer.SetAsync(key, round, cancellationToken: Token);
            }

            for (long key = 0; key < Keys; key++)
            {
                await Wait.UntilAsync(
                    async () => (await reader.GetAsync(key, cancellationToken: Token)).Value == round,
                    "the reader sees the write of the round");
            }
        }
    }

    private static async Task MoveAsync(EmbeddedEngine engine, int from, int to, int firstSlot, int lastSlot)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(engine.Configuration);
        options.AllowAdmin = true;
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
