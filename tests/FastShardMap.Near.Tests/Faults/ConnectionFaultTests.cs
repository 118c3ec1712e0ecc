using System.Diagnostics;
using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>What happens when nodes and connections fail. A relay stands between the map under test and the engine; a
/// second map writes past the relay.</summary>
[Collection(Exclusive.Name)]
public class ConnectionFaultTests(Engines engines)
{
    public static TheoryData<EngineKind> Kinds => [EngineKind.Garnet, EngineKind.RedisTracking];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TryGetLocal_ConnectionHalfOpen_IsSuspendedWithinTheBoundAndLiveAgain(EngineKind kind)
    {
        await using Relay relay = await engines.RelayToAsync(kind);
        NearMapOptions options = await OptionsThroughAsync(kind, relay, maxStaleness: 400);
        options.ExactStaleness = true;
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await WriterAsync(kind, options);
        await writer.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(async () => await ReadOrNullAsync(map, 1) is { IsNear: true }, "a near copy");

        relay.Stall();
        await writer.SetAsync(1, 11, cancellationToken: Token);
        long written = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan age = Stopwatch.GetElapsedTime(written);
            if (map.TryGetLocal(1, out long value))
            {
                // Whenever a hit shows the old value, the write is not older than the bound.
                Assert.True(value == 11 || age <= options.MaxStaleness, $"{value} after {age}");
            }
            else if (map.State == NearState.Suspended)
            {
                break;
            }
        }

        relay.Resume();
        await Wait.UntilAsync(
            async () => await ReadOrNullAsync(map, 1) is { Value: 11, IsNear: true }, "a new near copy");
        Assert.True(map.GetStatistics().Suspensions > 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetAsync_ConnectionsReset_SeesWritesOfTheTimeBetween(EngineKind kind)
    {
        await using Relay relay = await engines.RelayToAsync(kind);
        NearMapOptions options = await OptionsThroughAsync(kind, relay, maxStaleness: 5000);
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await WriterAsync(kind, options);
        for (long round = 1; round <= 2; round++)
        {
            await writer.SetAsync(1, round, cancellationToken: Token);
            await Wait.UntilAsync(
                async () => await ReadOrNullAsync(map, 1) is { IsNear: true } read && read.Value == round,
                "a near copy of the round");

            relay.Refuse();
            await writer.SetAsync(1, -round, cancellationToken: Token);
            await Wait.UntilAsync(() => map.State == NearState.Suspended, "the map is suspended");
            Assert.False(map.TryGetLocal(1, out _));
            Assert.NotEqual(NearSuspension.None, map.Suspension);

            relay.Resume();
            await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live again");
            Assert.False(map.TryGetLocal(1, out _)); // the copy is void, though the map is live
            await Wait.UntilAsync(
                async () => await ReadOrNullAsync(map, 1) is { IsNear: true } read && read.Value == -round,
                "the write of the time between");
        }
    }

    [Fact]
    public async Task GetAsync_SubscriptionKilledAtTheEngine_SeesLaterWrites()
    {
        // The client library subscribes again by itself and at once: the map must notice all the same.
        foreach (EngineKind kind in (EngineKind[])[EngineKind.RedisTracking, EngineKind.RedisPublished])
        {
            NearMapOptions options = await engines.OptionsAsync(kind);
            await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
            await using ConnectionMultiplexer foreign = await engines.ForeignClientAsync(kind);
            IServer server = foreign.GetServer(foreign.GetEndPoints()[0]);
            for (long round = 1; round <= 5; round++)
            {
                await map.SetAsync(1, round, cancellationToken: Token);
                await Wait.UntilAsync(async () => await ReadOrNullAsync(map, 1) is { IsNear: true }, "a near copy");
                long suspensions = map.GetStatistics().Suspensions;

                await server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");

                await Wait.UntilAsync(
                    () => map.GetStatistics().Suspensions > suspensions && map.State == NearState.Live,
                    "the map was suspended and is live again");
                Assert.False(map.TryGetLocal(1, out _));
                Assert.Equal(round, (await map.GetAsync(1, cancellationToken: Token)).Value);
            }
        }
    }

    /// <summary>The subscription is lost while a heartbeat is on its way. That heartbeat fails later, and no program is
    /// told of an exception that nobody has observed.</summary>
    [Fact]
    public async Task Subscription_LostDuringAHeartbeat_LeavesNoUnobservedException()
    {
        const EngineKind Kind = EngineKind.RedisTracking;
        List<string> unobserved = [];
        void Note(object? sender, UnobservedTaskExceptionEventArgs arguments)
        {
            lock (unobserved)
            {
                unobserved.Add(arguments.Exception.ToString());
            }
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await using Relay relay = await engines.RelayToAsync(Kind);
            NearMapOptions options = await OptionsThroughAsync(Kind, relay, maxStaleness: 400);
            options.OperationTimeout = TimeSpan.FromSeconds(30);
            await using (NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token))
            {
                await using ConnectionMultiplexer foreign = await engines.ForeignClientAsync(Kind);
                IServer server = foreign.GetServer(foreign.GetEndPoints()[0]);
                relay.Stall();
                await Wait.UntilAsync(
                    () => map.Suspension == NearSuspension.LeaseExpired, "a heartbeat does not come back");
                await server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
                await Wait.UntilAsync(
                    () => map.Suspension == NearSuspension.ConnectionLost, "the map has noticed the loss");
                relay.Resume();
                await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live again");
            }

            for (int collection = 0; collection < 3; collection++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            lock (unobserved)
            {
                Assert.DoesNotContain(unobserved, text => text.Contains("FastShardMap", StringComparison.Ordinal));
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    [Fact]
    public async Task Operations_NodeKilledAndStartedAgain_FailFastAndWorkAgain()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        RedisServer server = await RedisServer.StartAsync(Token);
        NearMapOptions options = new(server.Configuration, Engines.NewPrefix())
        {
            MaxStaleness = TimeSpan.FromSeconds(1),
            ConnectTimeout = TimeSpan.FromSeconds(60),
        };
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await map.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(async () => await ReadOrNullAsync(map, 1) is { IsNear: true }, "a near copy");

        server.Kill();
        await Wait.UntilAsync(() => map.State == NearState.Suspended, "the map is suspended");
        Assert.False(map.TryGetLocal(1, out _));
        await Assert.ThrowsAnyAsync<Exception>(async () => await map.GetAsync(1, cancellationToken: Token));
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(
            async () => await map.SetAsync(1, 11, cancellationToken: Token));
        Assert.True(refused is RedisException or TimeoutException, refused.GetType().Name);
        Assert.DoesNotContain(RedisServer.Password, refused.ToString(), StringComparison.Ordinal);

        await using RedisServer again = await RedisServer.StartAsync(Token, server.Port);
        await server.DisposeAsync();
        await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live again");
        Assert.False((await map.GetAsync(1, cancellationToken: Token)).Found); // the server kept nothing
        await map.SetAsync(1, 12, cancellationToken: Token);
        Assert.Equal(12, (await map.GetAsync(1, cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task Operations_NodePaused_EndByTheirTimeouts()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using RedisServer server = await RedisServer.StartAsync(Token);
        NearMapOptions options = new(server.Configuration, Engines.NewPrefix())
        {
            MaxStaleness = TimeSpan.FromMilliseconds(500),
            OperationTimeout = TimeSpan.FromSeconds(3),
            ConnectTimeout = TimeSpan.FromSeconds(60),
        };
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await Wait.UntilAsync(() => TrySetAsync(map, 1, 10), "the first write");

        server.Pause();
        await Assert.ThrowsAnyAsync<TimeoutException>(
            async () => await map.GetAsync(2, Freshness.Engine, Token));
        await Assert.ThrowsAnyAsync<TimeoutException>(
            async () => await map.SetAsync(1, 11, cancellationToken: Token));
        await Wait.UntilAsync(() => map.State == NearState.Suspended, "the map is suspended");

        server.Resume();
        await Wait.UntilAsync(() => map.State == NearState.Live, "the map is live again");

        // The write may have been done after its time was over, or not. Near and engine agree in any case.
        await Wait.UntilAsync(
            async () => await ReadOrNullAsync(map, 1) is { IsNear: true } near
                && near.Value == (await ReadOrNullAsync(map, 1, Freshness.Engine))?.Value,
            "near copy and engine agree");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetAsync_SlowConnection_StaysLiveAndCorrect(EngineKind kind)
    {
        await using Relay relay = await engines.RelayToAsync(kind);
        NearMapOptions options = await OptionsThroughAsync(kind, relay, maxStaleness: 4000);
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await WriterAsync(kind, options);
        relay.DelayMilliseconds = 50;
        for (long round = 1; round <= 5; round++)
        {
            await writer.SetAsync(1, round, cancellationToken: Token);
            await Wait.UntilAsync(
                async () => await ReadOrNullAsync(map, 1) is { IsNear: true } read && read.Value == round,
                "a near copy of the round");
        }
    }

    /// <summary>A process that stopped reading is cut off by the engine. Until then writes may wait, and no other map
    /// loses a report.</summary>
    [Theory]
    [InlineData(EngineKind.Garnet)]
    [InlineData(EngineKind.RedisPublished)]
    public async Task Operations_WithAStuckSubscriber_GoOnAndLoseNothing(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await NearMap<long, long>.ConnectAsync(options, Token);
        string channel = $"{options.Prefix}invalidate";
        await using ConnectionMultiplexer foreign = await engines.ForeignClientAsync(kind);
        RedisChannel name = RedisChannel.Literal(channel);
        IServer server = foreign.GetServer(foreign.GetEndPoints()[0]);
        long before = await server.SubscriptionSubscriberCountAsync(name);
        using StuckSubscriber stuck =
            await StuckSubscriber.ConnectAsync(await engines.ConfigurationOfAsync(kind), channel);
        byte[] large = new byte[256 << 10];

        long written = 0;
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    await foreign.GetSubscriber().PublishAsync(name, large);
                    await writer.SetAsync(1, written + 1, cancellationToken: Token);
                    written++;
                    return await server.SubscriptionSubscriberCountAsync(name) <= before;
                }
                catch (Exception exception) when (exception is RedisException or TimeoutException)
                {
                    return false;
                }
            },
            "the engine cuts the subscriber off");

        Assert.True(stuck.IsCutOff);
        await writer.SetAsync(1, -1, cancellationToken: Token);
        await Wait.UntilAsync(
            async () => await ReadOrNullAsync(map, 1) is { Value: -1, IsNear: true }, "the map sees the last write");
    }

    private static async Task<NearResult<long>?> ReadOrNullAsync(
        NearMap<long, long> map, long key, Freshness freshness = Freshness.Near)
    {
        try
        {
            return await map.GetAsync(key, freshness, Token);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return null;
        }
    }

    private static async Task<bool> TrySetAsync(NearMap<long, long> map, long key, long value)
    {
        try
        {
            await map.SetAsync(key, value, cancellationToken: Token);
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }

    private async Task<NearMapOptions> OptionsThroughAsync(EngineKind kind, Relay relay, int maxStaleness)
    {
        return new NearMapOptions(await engines.ConfigurationThroughAsync(kind, relay), Engines.NewPrefix())
        {
            MaxStaleness = TimeSpan.FromMilliseconds(maxStaleness),
            ConnectTimeout = TimeSpan.FromSeconds(60),
            OperationTimeout = TimeSpan.FromSeconds(2),
        };
    }

    private async Task<NearMap<long, long>> WriterAsync(EngineKind kind, NearMapOptions options) =>
        await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(kind, options.Prefix), Token);
}
