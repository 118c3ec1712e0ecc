using FastShardMap.Near.DependencyInjection;
using FastShardMap.Near.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Services;

/// <summary>Near maps that are services: registration, names, options, connecting and health.</summary>
public class AddShardMapNearMapTests(Engines engines)
{
    private const string Password = "not-to-be-seen-7d2";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Host_Starting_ConnectsTheMapAndDisposesIt()
    {
        string prefix = Engines.NewPrefix();
        string configuration = await engines.ConfigurationOfAsync(EngineKind.Garnet);
        NearMap<long, long> map;
        using (IHost host = HostWith(services => services.AddShardMapNearMap<long, long>("prices", options =>
        {
            options.ConnectionString = configuration;
            options.Prefix = prefix;
            options.ConnectTimeout = TimeSpan.FromMinutes(1);
        })))
        {
            await host.StartAsync(Token);
            map = host.Services.GetRequiredService<NearMap<long, long>>();

            Assert.Same(map, host.Services.GetRequiredKeyedService<NearMap<long, long>>("prices"));
            await map.SetAsync(1, 10, cancellationToken: Token);
            Assert.Equal(10, (await map.GetAsync(1, cancellationToken: Token)).Value);
            await host.StopAsync(Token);
        }

        Assert.Equal(NearSuspension.Disposed, map.Suspension);
    }

    [Fact]
    public async Task Maps_OfOneType_AreToldApartByName()
    {
        NearMapOptions first = await engines.OptionsAsync(EngineKind.Garnet);
        NearMapOptions second = await engines.OptionsAsync(EngineKind.Garnet);
        await using ServiceProvider provider = new ServiceCollection()
            .AddShardMapNearMap<long, long>("first", _ => first)
            .AddShardMapNearMap<long, long>("second", _ => second)
            .BuildServiceProvider();

        // Without a host, the map is connected when it is first asked for.
        NearMap<long, long> one = provider.GetRequiredKeyedService<NearMap<long, long>>("first");
        await one.SetAsync(1, 10, cancellationToken: Token);

        NearMap<long, long> two = provider.GetRequiredKeyedService<NearMap<long, long>>("second");
        Assert.False((await two.GetAsync(1, cancellationToken: Token)).Found);
        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(provider.GetRequiredService<NearMap<long, long>>);
        Assert.Contains("'first', 'second'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_OfTheConfiguration_AreThoseOfTheMap()
    {
        IConfigurationSection section = SectionOf(
            ("ConnectionString", await engines.ConfigurationOfAsync(EngineKind.Garnet)),
            ("Prefix", Engines.NewPrefix()),
            ("MaxEntries", "1000"),
            ("MaxStaleness", "00:00:05"),
            ("Source", "Published"),
            ("ConnectTimeout", "00:01:00"),
            ("CountHits", "true"));
        await using ServiceProvider provider = new ServiceCollection()
            .AddShardMapNearMap<long, long>("prices", section)
            .BuildServiceProvider();

        NearMap<long, long> map = provider.GetRequiredService<NearMap<long, long>>();
        NearMapServiceOptions options =
            provider.GetRequiredService<IOptionsMonitor<NearMapServiceOptions>>().Get("prices");

        Assert.Equal(InvalidationSource.Published, map.Source);
        Assert.Equal((1000L, TimeSpan.FromSeconds(5)), (options.MaxEntries, options.MaxStaleness));
        await map.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(
            async () => (await map.GetAsync(1, cancellationToken: Token)).IsNear && map.TryGetLocal(1, out _),
            "a near copy");
        Assert.True(map.GetStatistics().Hits > 0);
    }

    [Theory]
    [InlineData("ConnectionString", $"password={Password}")]
    [InlineData("ConnectionString", $"a:1,password={Password},ssl=perhaps")]
    [InlineData("Prefix", "{tag}")]
    [InlineData("MaxBytes", "0")]
    [InlineData("MaxEntries", "-1")]
    [InlineData("MaxStaleness", "00:00:00")]
    [InlineData("MaxForeignStaleness", "00:00:00")]
    [InlineData("Source", "9")]
    [InlineData("OperationTimeout", "00:00:00")]
    [InlineData("ConnectTimeout", "02:00:00")]
    [InlineData("MaxConcurrentFetches", "0")]
    public async Task Host_WithABadOption_DoesNotStartAndNamesIt(string option, string value)
    {
        IConfigurationSection section = SectionOf(("ConnectionString", "localhost:1"), (option, value));
        using IHost host = HostWith(services => services.AddShardMapNearMap<long, long>("prices", section));

        OptionsValidationException exception =
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Token));

        string failure = Assert.Single(exception.Failures);
        Assert.StartsWith(
            $"The option {option} of the near map 'prices' is not valid.", failure, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_EngineAway_DoesNotStartAndTriesAgain()
    {
        int attempts = 0;
        NearMapOptions good = await engines.OptionsAsync(EngineKind.Garnet);
        using IHost host = HostWith(services => services.AddShardMapNearMap<long, long>(
            "prices",
            _ => ++attempts == 1
                ? new NearMapOptions($"127.0.0.1:1,password={Password}", "p")
                {
                    ConnectTimeout = TimeSpan.FromSeconds(5),
                }
                : good));

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Token));

        Assert.True(exception is RedisException or TimeoutException, exception.GetType().Name);
        Assert.DoesNotContain(Password, exception.ToString(), StringComparison.Ordinal);
        Assert.Equal(NearState.Live, host.Services.GetRequiredService<NearMap<long, long>>().State);
    }

    [Fact]
    public async Task Check_SuspendedAndLiveAgain_IsDegradedAndHealthy()
    {
        await using Relay relay = await engines.RelayToAsync(EngineKind.Garnet);
        NearMapOptions options = new(
            await engines.ConfigurationThroughAsync(EngineKind.Garnet, relay), Engines.NewPrefix())
        {
            MaxStaleness = TimeSpan.FromSeconds(5),
            ConnectTimeout = TimeSpan.FromMinutes(1),
        };
        using IHost host = HostWith(services =>
        {
            services.AddShardMapNearMap<long, long>("prices", _ => options);
            services.AddHealthChecks().AddShardMapNearMap("prices").AddShardMapNearMap("none");
        });
        await host.StartAsync(Token);

        await Wait.UntilAsync(
            async () => (await CheckAsync(host)).Status == HealthStatus.Healthy, "the map is healthy");
        relay.Refuse();
        HealthReportEntry degraded = default;
        await Wait.UntilAsync(
            async () => (degraded = await CheckAsync(host)).Status == HealthStatus.Degraded, "the map is degraded");
        Assert.Contains("'prices' is suspended", degraded.Description, StringComparison.Ordinal);
        Assert.NotEqual("None", degraded.Data["suspension"]);
        relay.Resume();
        HealthReportEntry healthy = default;
        await Wait.UntilAsync(
            async () => (healthy = await CheckAsync(host)).Status == HealthStatus.Healthy,
            "the map is healthy again");
        Assert.Equal(("None", "Published"), (healthy.Data["suspension"], healthy.Data["source"]));
        Assert.True((long)healthy.Data["suspensions"] > 0);

        HealthReportEntry none = await CheckAsync(host, "none");
        Assert.Equal(HealthStatus.Unhealthy, none.Status);
        await host.Services.GetRequiredService<NearMap<long, long>>().DisposeAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public void AddShardMapNearMap_BadArguments_NamesThem()
    {
        ServiceCollection services = new();

        Assert.Throws<ArgumentNullException>(
            "services", () => NearMapServiceCollectionExtensions.AddShardMapNearMap<int, int>(null!, "prices"));
        Assert.Throws<ArgumentNullException>("name", () => services.AddShardMapNearMap<int, int>(null!));
        Assert.Throws<ArgumentException>("name", () => services.AddShardMapNearMap<int, int>(""));
        Assert.Throws<ArgumentNullException>(
            "configuration", () => services.AddShardMapNearMap<int, int>("prices", (IConfiguration)null!));
        Assert.Throws<ArgumentNullException>(
            "options",
            () => services.AddShardMapNearMap<int, int>("prices", (Func<IServiceProvider, NearMapOptions>)null!));
        Assert.Empty(services);
        services.AddShardMapNearMap<int, int>("prices");
        Assert.Throws<ArgumentException>("name", () => services.AddShardMapNearMap<long, long>("prices"));
        Assert.Throws<ArgumentException>("mapName", () => services.AddHealthChecks().AddShardMapNearMap(""));
    }

    [Fact]
    public void ToString_OfTheOptions_LeavesThePasswordOut()
    {
        NearMapServiceOptions options = new() { ConnectionString = $"a:1,password={Password}", Prefix = "p:" };

        Assert.DoesNotContain(Password, options.ToString(), StringComparison.Ordinal);
        Assert.Contains("p:", options.ToString(), StringComparison.Ordinal);
    }

    private static IHost HostWith(Action<IServiceCollection> add)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        add(builder.Services);
        return builder.Build();
    }

    private static IConfigurationSection SectionOf(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                values.GroupBy(value => value.Name, StringComparer.Ordinal).Select(
                    group => KeyValuePair.Create($"Near:{group.Key}", (string?)group.Last().Value)))
            .Build()
            .GetSection("Near");

    private static async Task<HealthReportEntry> CheckAsync(IHost host, string name = "prices")
    {
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(registration => registration.Name == name, Token);
        return report.Entries[name];
    }
}
