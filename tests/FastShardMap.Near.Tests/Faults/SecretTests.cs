using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Passwords stay out of exceptions and texts.</summary>
public class SecretTests(Engines engines)
{
    private const string WrongPassword = "not-the-password-5c1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(EngineKind.Garnet)]
    [InlineData(EngineKind.RedisTracking)]
    public async Task ConnectAsync_WithAWrongPassword_ThrowsWithoutIt(EngineKind kind)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(await engines.ConfigurationOfAsync(kind));
        string configuration = $"{options.EndPoints[0]},password={WrongPassword}";

        NearMapOptions wrong = new(configuration, "secret:") { ConnectTimeout = TimeSpan.FromSeconds(60) };
        Exception exception = await Assert.ThrowsAnyAsync<RedisException>(
            () => NearMap<long, long>.ConnectAsync(wrong, Token));

        Assert.DoesNotContain(WrongPassword, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_NobodyListens_ThrowsWithoutThePassword()
    {
        NearMapOptions options = new($"127.0.0.1:1,password={WrongPassword}", "secret:")
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
        };

        Exception exception =
            await Assert.ThrowsAnyAsync<Exception>(() => NearMap<long, long>.ConnectAsync(options, Token));

        Assert.True(exception is RedisException or TimeoutException, exception.GetType().Name);
        Assert.DoesNotContain(WrongPassword, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToString_OfOptionsAndMap_LeavesThePasswordOut()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        string password = ConfigurationOptions.Parse(await engines.ConfigurationOfAsync(EngineKind.Garnet)).Password!;
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);

        Assert.DoesNotContain(password, options.ToString(), StringComparison.Ordinal);
        Assert.Contains(options.Prefix, options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(password, map.ToString(), StringComparison.Ordinal);
        Assert.Contains("Live", map.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OfBadTexts_NameTheArgumentAndKeepTheSecret()
    {
        ArgumentException bad = Assert.Throws<ArgumentException>(
            "configuration", () => new NearMapOptions($"password={WrongPassword}", "p"));
        Assert.DoesNotContain(WrongPassword, bad.ToString(), StringComparison.Ordinal);
        bad = Assert.Throws<ArgumentException>(
            "configuration", () => new NearMapOptions($"a:1,password={WrongPassword},ssl=perhaps", "p"));
        Assert.DoesNotContain(WrongPassword, bad.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("configuration", () => new NearMapOptions((string)null!, "p"));
        Assert.Throws<ArgumentNullException>(
            "configuration", () => new NearMapOptions((ConfigurationOptions)null!, "p"));
        Assert.Throws<ArgumentException>("configuration", () => new NearMapOptions(new ConfigurationOptions(), "p"));
        Assert.Throws<ArgumentException>("prefix", () => new NearMapOptions("a:1", ""));
        Assert.Throws<ArgumentException>("prefix", () => new NearMapOptions("a:1", "{tag}"));
        Assert.Throws<ArgumentException>("prefix", () => new NearMapOptions("a:1", new string('p', 129)));
        NearMapOptions options = new("a:1", "p");
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.MaxEntries = 0);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.MaxBytes = 0);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.MaxStaleness = TimeSpan.FromMilliseconds(99));
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.MaxForeignStaleness = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.OperationTimeout = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.ConnectTimeout = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.MaxConcurrentFetches = 0);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => options.Source = (InvalidationSource)9);
    }
}
