namespace FastShardMap.Resharding.Tests;

[Collection(Servers.Collection)]
public class NodeConnectionsTests(Servers servers)
{
    /// <summary>An operation has seen that the connections are open, and adds one when they have been closed.</summary>
    [Fact]
    public async Task DatabaseAsync_DisposedBeforeTheConnectionIsAdded_ConnectsToNothing()
    {
        ShardingOptions options = await servers.EmptyAsync(1);
        int connected = 0;
        await using NodeConnections connections = new(Servers.With(options, node =>
        {
            connected++;
            return options.NodeConfiguration!(node);
        }));
        connections.BeforeAdd = () => connections.DisposeAsync().AsTask().GetAwaiter().GetResult();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => connections.DatabaseAsync("node-0").AsTask());

        Assert.Equal(0, connected);
    }
}
