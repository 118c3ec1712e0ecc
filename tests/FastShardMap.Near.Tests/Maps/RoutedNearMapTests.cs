using System.Globalization;
using FastShardMap.Embedded;
using FastShardMap.Near.Tests.Support;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>A near map over three independent servers, each behind a relay.</summary>
public sealed class RoutedNearMapTests : IAsyncLifetime
{
    private const int Keys = 300;

    private static readonly string[] s_nodes = ["a", "b", "c"];
    private static readonly SlotTable s_table = SlotTable.Create([.. s_nodes.Select(name => new NodeWeight(name))]);

    private readonly Dictionary<string, EmbeddedEngine> _engines = [];
    private readonly Dictionary<string, Relay> _relays = [];
    private readonly string _prefix = Engines.NewPrefix();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (string node in s_nodes)
        {
            _engines[node] = await EmbeddedEngine.StartAsync(
                new EmbeddedEngineOptions { StartTimeout = TimeSpan.FromMinutes(4) }, Token);
            _relays[node] = new Relay(_engines[node].Endpoints[0].Port);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string node in s_nodes)
        {
            await _relays[node].DisposeAsync();
            await _engines[node].DisposeAsync();
        }
    }

    [Fact]
    public async Task Operations_OnSeveralServers_GoToTheOwnerOfTheKeyAndFailWithIt()
    {
        await using RoutedNearMap<long, long> map = await ConnectAsync();
        await using RoutedNearMap<long, long> writer = await ConnectAsync();
        await OperateAsync(map, writer);
        await ReadManyAsync(map);
        await LoseOneAsync(map);
        await DisagreeAsync();

        Assert.Throws<ArgumentException>("node", () => map.MapOfNode("d"));
        Assert.DoesNotContain("password", map.ToString(), StringComparison.OrdinalIgnoreCase);
        await map.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => map.TryGetLocal(1, out _));
    }

    [Fact]
    public async Task ConnectAsync_BadArguments_NamesThem()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(
            "table", () => RoutedNearMap<long, long>.ConnectAsync((SlotTable)null!, OptionsOf));
        await Assert.ThrowsAsync<ArgumentNullException>(
            "options", () => RoutedNearMap<long, long>.ConnectAsync(s_table, null!));
        await Assert.ThrowsAsync<ArgumentNullException>(
            "options", () => RoutedNearMap<long, long>.ConnectAsync(s_table, _ => null!));
        await Assert.ThrowsAsync<ArgumentException>(
            "options", () => RoutedNearMap<long, long>.ConnectAsync(s_table, node => new NearMapOptions("h:1", node)));
    }

    private static async Task OperateAsync(RoutedNearMap<long, long> map, RoutedNearMap<long, long> writer)
    {
        Assert.Equal(NearState.Live, map.State);
        await Task.WhenAll(
            Enumerable.Range(0, Keys).Select(key => writer.SetAsync(key, key, cancellationToken: Token).AsTask()));
        foreach (string node in s_nodes)
        {
            // A key is at its owner, and at no other server.
            int own = Enumerable.Range(0, Keys).Count(key => map.MapOf(key) == map.MapOfNode(node));
            Assert.InRange(own, Keys / 6, Keys / 2);
            for (int key = 0; key < Keys; key++)
            {
                bool isThere = (await map.MapOfNode(node).GetAsync(key, Freshness.Engine, Token)).Found;
                Assert.Equal(map.MapOf(key) == map.MapOfNode(node), isThere);
            }
        }

        NearResult<long> read = await map.GetAsync(1, Freshness.Engine, Token);
        Assert.True(await map.TryUpdateAsync(1, 10, read.Version, Token));
        Assert.False(await map.TryUpdateAsync(1, 11, read.Version, Token));
        await Wait.UntilAsync(
            async () => (await writer.GetAsync(1, cancellationToken: Token)).Value == 10,
            "the other map sees the update");
        Assert.True(await map.RemoveAsync(1, Token));
        await Wait.UntilAsync(
            async () => !(await writer.GetAsync(1, cancellationToken: Token)).Found, "the other map sees the removal");
        await map.SetAsync(1, 1, cancellationToken: Token);
    }

    private static async Task ReadManyAsync(RoutedNearMap<long, long> map)
    {
        long[] keys = [.. Enumerable.Range(0, Keys + 50), 7, 7];
        long[] values = new long[keys.Length];
        bool[] found = new bool[keys.Length];
        for (int round = 0; round < 2; round++)
        {
            Array.Fill(values, -1);
            Assert.Equal(Keys + 2, await map.GetManyAsync(keys, values, found, Token));
            Assert.All(keys, (key, position) => Assert.Equal(key < Keys, found[position]));
            Assert.All(keys, (key, position) => Assert.Equal(key < Keys ? key : 0, values[position]));
        }

        await Assert.ThrowsAsync<ArgumentException>(
            "values", () => map.GetManyAsync(keys, new long[3], found, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            "found", () => map.GetManyAsync(keys, values, new bool[3], Token).AsTask());
    }

    private async Task LoseOneAsync(RoutedNearMap<long, long> map)
    {
        long lost = Enumerable.Range(0, Keys).First(key => map.MapOf(key) == map.MapOfNode("b"));
        long[] kept = [.. Enumerable.Range(0, Keys).Where(key => map.MapOf(key) != map.MapOfNode("b")).Take(50)];
        await Wait.UntilAsync(async () => await AllNearAsync([lost, .. kept]), "near copies of all keys");
        long before = map.MapOfNode("a").GetStatistics().Suspensions + map.MapOfNode("c").GetStatistics().Suspensions;

        _relays["b"].Refuse();
        await Wait.UntilAsync(() => map.MapOfNode("b").State == NearState.Suspended, "the lost server is suspended");
        Assert.Equal(NearState.Suspended, map.State);
        Assert.Contains("suspended: b", map.ToString(), StringComparison.Ordinal);
        Assert.False(map.TryGetLocal(lost, out _));
        Exception exception =
            await Assert.ThrowsAnyAsync<Exception>(async () => await map.GetAsync(lost, cancellationToken: Token));
        Assert.True(exception is RedisException or TimeoutException, exception.GetType().Name);
        await Assert.ThrowsAnyAsync<Exception>(
            async () => await map.GetManyAsync(new[] { lost, kept[0] }, new long[2], new bool[2], Token));

        // The others do not notice.
        foreach (long key in kept)
        {
            await map.SetAsync(key, key + 1000, cancellationToken: Token);
        }

        await Wait.UntilAsync(async () => await AllNearAsync(kept), "near copies of the others' keys");
        Assert.Equal(
            before, map.MapOfNode("a").GetStatistics().Suspensions + map.MapOfNode("c").GetStatistics().Suspensions);

        _relays["b"].Resume();
        await Wait.UntilAsync(() => map.State == NearState.Live, "all are live again");
        Assert.Equal(lost, (await map.GetAsync(lost, cancellationToken: Token)).Value);

        async Task<bool> AllNearAsync(long[] keys)
        {
            foreach (long key in keys)
            {
                if (!(await map.GetAsync(key, cancellationToken: Token)).IsNear)
                {
                    return false;
                }
            }

            return true;
        }
    }

    private async Task DisagreeAsync()
    {
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RoutedNearMap<long, long>.ConnectAsync(s_table, OptionsOf, seed: 1, Token));
        Assert.Contains($"{_prefix}table", exception.Message, StringComparison.Ordinal);
        SlotTable other = s_table.WithOwner(0, 0, (s_table.NodeOf(0) + 1) % s_nodes.Length, epoch: 1);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => RoutedNearMap<long, long>.ConnectAsync(other, OptionsOf, cancellationToken: Token));
    }

    private Task<RoutedNearMap<long, long>> ConnectAsync() =>
        RoutedNearMap<long, long>.ConnectAsync(s_table, OptionsOf, cancellationToken: Token);

    private NearMapOptions OptionsOf(string node)
    {
        string password = ConfigurationOptions.Parse(_engines[node].Configuration).Password!;
        return new NearMapOptions(
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_relays[node].Port},password={password}"), _prefix)
        {
            MaxBytes = 4 << 20,
            MaxStaleness = TimeSpan.FromSeconds(10),
            ConnectTimeout = TimeSpan.FromMinutes(1),
            OperationTimeout = TimeSpan.FromSeconds(10),
        };
    }
}
