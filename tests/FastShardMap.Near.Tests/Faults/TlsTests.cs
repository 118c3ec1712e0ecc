using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Connections with TLS: a certificate that is trusted, one of another host, one that has expired, and one
/// that nobody has said to trust.</summary>
public class TlsTests
{
    private const string Host = "near.test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ConnectAsync_TrustedCertificate_ReadsAndWrites()
    {
        using TestCertificate certificate = new(Host, DateTimeOffset.UtcNow.AddDays(5));
        await using RedisServer server = await StartAsync(certificate);
        await using NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(OptionsOf(server, certificate, Host), Token);

        await map.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(
            async () => await map.GetAsync(1, cancellationToken: Token) is { IsNear: true, Value: 10 }, "a near copy");
    }

    [Theory]
    [InlineData("other.test", 5, true)]
    [InlineData(Host, -1, true)]
    [InlineData(Host, 5, false)]
    public async Task ConnectAsync_OtherHostOrExpiredOrNotTrusted_IsRefused(string host, int days, bool isTrusted)
    {
        using TestCertificate certificate = new(host, DateTimeOffset.UtcNow.AddDays(days));
        await using RedisServer server = await StartAsync(certificate);
        NearMapOptions options = OptionsOf(server, isTrusted ? certificate : null, Host);

        Exception exception =
            await Assert.ThrowsAnyAsync<RedisException>(() => NearMap<long, long>.ConnectAsync(options, Token));

        Assert.DoesNotContain(RedisServer.Password, exception.ToString(), StringComparison.Ordinal);
    }

    private static Task<RedisServer> StartAsync(TestCertificate certificate)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        return RedisServer.StartAsync(Token, certificate: certificate);
    }

    private static NearMapOptions OptionsOf(RedisServer server, TestCertificate? trusted, string host)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse($"127.0.0.1:{server.TlsPort}");
        options.Password = RedisServer.Password;
        options.Ssl = true;
        options.ConnectTimeout = 60_000; // a loaded machine may need more than the five seconds of the client
        options.SslHost = host;
        if (trusted is not null)
        {
            options.TrustIssuer(trusted.CertificateFile);
        }

        return new NearMapOptions(options, Engines.NewPrefix()) { ConnectTimeout = TimeSpan.FromSeconds(60) };
    }
}
