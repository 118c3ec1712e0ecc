using FastShardMap.Near;
using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Resharding.Tests;

[Collection(Servers.Collection)]
public class NearDisposalTests(Servers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The near maps of the servers throw when they are disposed, and what is behind them is closed.</summary>
    [Fact]
    public async Task DisposeAsync_ListenerThatThrows_ClosesTheConnectionsOfTheTable()
    {
        ShardingOptions sharding = await servers.EmptyAsync(2);
        await using (Resharder resharder = await Resharder.ConnectAsync(sharding))
        {
            await resharder.CreateAsync(Servers.Nodes(2));
        }

        using ThrowingListener listener = ThrowingListener.Start();
        RoutedNearMap<long, long> map = await RoutedNearMap<long, long>.ConnectAsync(
            sharding, node => NearTraffic.OptionsOf(sharding, node, "near:", TimeSpan.FromSeconds(5)), Token);
        listener.Throws = true;

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => map.DisposeAsync().AsTask());

        Assert.Equal(2, listener.Thrown);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => map.Store!.GetAsync("any"));
    }
}
