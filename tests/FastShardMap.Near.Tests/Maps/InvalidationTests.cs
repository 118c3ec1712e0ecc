using System.Text;
using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>The two sources of invalidations: what each of them sees, and that all maps of a prefix use one.</summary>
[Collection(Exclusive.Name)]
public class InvalidationTests(Engines engines)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tracking_ForeignDeleteExpiryAndFlush_DropTheCopies()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.RedisTracking);
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using ConnectionMultiplexer foreign = await engines.ForeignClientAsync(EngineKind.RedisTracking);
        IDatabase database = foreign.GetDatabase();
        RedisKey name = (byte[])[.. Encoding.UTF8.GetBytes(options.Prefix), (byte)'k', .. BitConverter.GetBytes(1L)];
        Func<Task>[] changes =
        [
            () => database.KeyDeleteAsync(name),
            () => database.KeyExpireAsync(name, TimeSpan.FromMilliseconds(1)),
            () => foreign.GetServer(foreign.GetEndPoints()[0]).FlushDatabaseAsync(),
        ];
        foreach (Func<Task> change in changes)
        {
            await map.SetAsync(1, 10, cancellationToken: Token);
            await Wait.UntilAsync(
                async () => await map.GetAsync(1, cancellationToken: Token) is { IsNear: true, Value: 10 }, "a copy");

            await change();

            await Wait.UntilAsync(
                async () => !(await map.GetAsync(1, cancellationToken: Token)).Found, "the change is seen");
        }
    }

    [Fact]
    public async Task Published_ForeignWrite_IsSeenAfterMaxForeignStaleness()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.MaxForeignStaleness = TimeSpan.FromMilliseconds(500);
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using ConnectionMultiplexer foreign = await engines.ForeignClientAsync(EngineKind.Garnet);
        RedisKey name = (byte[])[.. Encoding.UTF8.GetBytes(options.Prefix), (byte)'k', .. BitConverter.GetBytes(1L)];
        await map.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(async () => (await map.GetAsync(1, cancellationToken: Token)).IsNear, "a copy");

        await foreign.GetDatabase().KeyDeleteAsync(name);

        await Wait.UntilAsync(
            async () => !(await map.GetAsync(1, cancellationToken: Token)).Found, "the deletion is seen");
    }

    [Fact]
    public async Task ConnectAsync_MapsOfOnePrefix_UseTheSameSource()
    {
        NearMapOptions published = await engines.OptionsAsync(EngineKind.RedisPublished);
        await using NearMap<long, long> first = await NearMap<long, long>.ConnectAsync(published, Token);
        NearMapOptions any = await engines.OptionsAsync(EngineKind.RedisTracking, published.Prefix);
        await using NearMap<long, long> second = await NearMap<long, long>.ConnectAsync(any, Token);
        Assert.Equal(
            (InvalidationSource.Published, InvalidationSource.Published), (first.Source, second.Source));

        any.Source = InvalidationSource.Tracking;
        await Assert.ThrowsAsync<InvalidOperationException>(() => NearMap<long, long>.ConnectAsync(any, Token));

        NearMapOptions tracking = await engines.OptionsAsync(EngineKind.RedisTracking);
        await using NearMap<long, long> third = await NearMap<long, long>.ConnectAsync(tracking, Token);
        tracking.Source = InvalidationSource.Published;
        await Assert.ThrowsAsync<InvalidOperationException>(() => NearMap<long, long>.ConnectAsync(tracking, Token));
    }

    [Fact]
    public async Task ConnectAsync_TrackingWhereTheEngineCannot_IsNotSupported()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.Source = InvalidationSource.Tracking;

        await Assert.ThrowsAsync<NotSupportedException>(() => NearMap<long, long>.ConnectAsync(options, Token));
    }
}
