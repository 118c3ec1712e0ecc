using System.Net;
using System.Net.Sockets;
using FastShardMap.Embedded;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Embedded;

public class EmbeddedEngineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_OneNode_AnswersOnLoopback()
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(cancellationToken: Token);

        IPEndPoint endpoint = Assert.Single(engine.Endpoints);
        Assert.True(IPAddress.IsLoopback(endpoint.Address));
        await using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync(engine.Configuration);
        IDatabase database = client.GetDatabase();
        Assert.True(await database.StringSetAsync("key", "value"));
        Assert.Equal("value", await database.StringGetAsync("key"));
    }

    [Fact]
    public async Task StartAsync_WithoutPassword_IsRefused()
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(cancellationToken: Token);

        using TcpClient client = new();
        await client.ConnectAsync(engine.Endpoints[0], Token);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"u8.ToArray(), Token);
        byte[] answer = new byte[256];
        int length = await stream.ReadAsync(answer, Token);

        Assert.StartsWith("-NOAUTH", System.Text.Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_Twice_EnginesHaveTheirOwnPasswordsAndRecords()
    {
        await using EmbeddedEngine first = await EmbeddedEngine.StartAsync(cancellationToken: Token);
        await using EmbeddedEngine second = await EmbeddedEngine.StartAsync(cancellationToken: Token);

        Assert.NotEqual(PasswordOf(first), PasswordOf(second));
        await using ConnectionMultiplexer one = await ConnectionMultiplexer.ConnectAsync(first.Configuration);
        await using ConnectionMultiplexer two = await ConnectionMultiplexer.ConnectAsync(second.Configuration);
        await one.GetDatabase().StringSetAsync("key", "value");
        Assert.True((await two.GetDatabase().StringGetAsync("key")).IsNull);
    }

    [Fact]
    public async Task StartAsync_ThreeNodes_FormACluster()
    {
        await using EmbeddedEngine engine =
            await EmbeddedEngine.StartAsync(new EmbeddedEngineOptions { NodeCount = 3 }, Token);

        await using ConnectionMultiplexer client = await ConnectionMultiplexer.ConnectAsync(engine.Configuration);
        IDatabase database = client.GetDatabase();
        HashSet<EndPoint> owners = [];
        for (int key = 0; key < 100; key++)
        {
            RedisKey name = $"key{key}";
            Assert.True(await database.StringSetAsync(name, key));
            Assert.Equal(key, (int)await database.StringGetAsync(name));
            owners.Add((await database.IdentifyEndpointAsync(name))!);
        }

        Assert.Equal(3, owners.Count);
    }

    [Fact]
    public async Task ToString_OfAnEngine_LeavesThePasswordOut()
    {
        await using EmbeddedEngine engine = await EmbeddedEngine.StartAsync(cancellationToken: Token);

        Assert.Contains(PasswordOf(engine), engine.Configuration, StringComparison.Ordinal);
        Assert.DoesNotContain(PasswordOf(engine), engine.ToString(), StringComparison.Ordinal);
        Assert.Contains(engine.Endpoints[0].ToString(), engine.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisposeAsync_OfAnEngine_StopsListening()
    {
        EmbeddedEngine engine = await EmbeddedEngine.StartAsync(cancellationToken: Token);
        await engine.DisposeAsync();
        await engine.DisposeAsync();

        using TcpClient client = new();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(engine.Endpoints[0], Token).AsTask());
    }

    [Fact]
    public async Task StartAsync_CanceledOrTooLate_ThrowsAndStops()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => EmbeddedEngine.StartAsync(null, new CancellationToken(canceled: true)));
        await Assert.ThrowsAsync<TimeoutException>(() => EmbeddedEngine.StartAsync(
            new EmbeddedEngineOptions { StartTimeout = TimeSpan.FromTicks(1) }, Token));
    }

    [Fact]
    public void Options_OutOfRange_NameTheValue()
    {
        EmbeddedEngineOptions options = new();

        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.NodeCount = 0);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.NodeCount = 17);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.MemoryBytes = (16L << 20) - 1);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.StartTimeout = TimeSpan.Zero);
        Assert.Equal((1, 128L << 20), (options.NodeCount, options.MemoryBytes));
    }

    private static string PasswordOf(EmbeddedEngine engine) =>
        ConfigurationOptions.Parse(engine.Configuration).Password!;
}
