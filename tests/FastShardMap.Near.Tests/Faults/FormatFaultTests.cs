using System.Security.Cryptography;
using System.Text;
using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Bytes at the engine that are not values of the map: the read throws, and nothing becomes a copy.</summary>
public class FormatFaultTests(Engines engines)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetAsync_OfForeignBytes_ThrowsAndKeepsNothing()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        await using NearMap<long, Price> map = await NearMap<long, Price>.ConnectAsync(options, Token);
        await using ConnectionMultiplexer foreign = await engines.ForeignClientAsync(EngineKind.Garnet);
        IDatabase database = foreign.GetDatabase();
        await map.SetAsync(1, new Price(1, 2), cancellationToken: Token);
        byte[] good = (await database.StringGetAsync(KeyOf(options, 1)))!;
        byte[] damaged = [.. good];
        damaged[^1] ^= 1;

        byte[][] poison =
        [
            [],
            RandomNumberGenerator.GetBytes(good.Length),
            good[..^1],
            [.. good, 0],
            damaged,
            good, // the value of another key
            new byte[6 << 20],
        ];
        for (int index = 0; index < poison.Length; index++)
        {
            long key = 100 + index;
            await database.StringSetAsync(KeyOf(options, key), poison[index]);

            await Assert.ThrowsAsync<NearFormatException>(
                async () => await map.GetAsync(key, cancellationToken: Token));
            await Assert.ThrowsAsync<NearFormatException>(
                async () => await map.GetAsync(key, Freshness.Engine, Token));
            await Assert.ThrowsAsync<NearFormatException>(
                async () => await map.GetManyAsync(new[] { 1, key }, new Price[2], new bool[2], Token));
            Assert.False(map.TryGetLocal(key, out _));
        }

        Assert.Equal(3 * poison.Length, map.GetStatistics().FormatErrors);
        Assert.Equal(new Price(1, 2), (await map.GetAsync(1, cancellationToken: Token)).Value);

        await map.SetAsync(100, new Price(5, 6), cancellationToken: Token); // a write mends it
        Assert.Equal(new Price(5, 6), (await map.GetAsync(100, cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task GetAsync_OfAnotherTypeOfTheSameSize_Throws()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        await using NearMap<long, long> old = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, double> map = await NearMap<long, double>.ConnectAsync(options, Token);
        await old.SetAsync(1, 1, cancellationToken: Token);

        NearFormatException exception = await Assert.ThrowsAsync<NearFormatException>(
            async () => await map.GetAsync(1, cancellationToken: Token));
        Assert.Contains("another type", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_WithKeysWhoseBytesCanDiffer_IsNotSupported()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);

        await Assert.ThrowsAsync<NotSupportedException>(() => NearMap<double, long>.ConnectAsync(options, Token));
        await Assert.ThrowsAsync<NotSupportedException>(() => NearMap<DateTime, long>.ConnectAsync(options, Token));
        await Assert.ThrowsAsync<NotSupportedException>(() => NearMap<Padded, long>.ConnectAsync(options, Token));
        await using NearMap<Guid, long> map = await NearMap<Guid, long>.ConnectAsync(options, Token);
        Guid key = Guid.NewGuid();
        await map.SetAsync(key, 3, cancellationToken: Token);
        Assert.Equal(3, (await map.GetAsync(key, cancellationToken: Token)).Value);
    }

    private static RedisKey KeyOf(NearMapOptions options, long key) =>
        (byte[])[.. Encoding.UTF8.GetBytes(options.Prefix), (byte)'k', .. BitConverter.GetBytes(key)];

    private readonly record struct Padded(byte Kind, long Number);
}
