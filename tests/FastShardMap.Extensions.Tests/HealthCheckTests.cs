using FastShardMap.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace FastShardMap.Extensions.Tests;

/// <summary>The health check of a map that is a service.</summary>
public sealed class HealthCheckTests : HostTests
{
    [Fact]
    public async Task Check_OfAMap_IsHealthyWithItsNumbers()
    {
        using IHost host = Create(_ => { });
        MapOf(host)[1] = 10;

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal(1L, entry.Data["entries"]);
        Assert.True((long)entry.Data["bytes"] > 0);
    }

    [Fact]
    public async Task Check_AboveTheLimits_IsDegradedAndSaysWhy()
    {
        using IHost host = Create(options =>
        {
            options.MaxHealthyCount = 1;
            options.MaxHealthyBytes = 1;
        });
        MapOf(host)[1] = 10;
        MapOf(host)[2] = 20;

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("2 entries; the limit is 1.", entry.Description, StringComparison.Ordinal);
        Assert.Contains("bytes; the limit is 1.", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfADisposedMap_IsUnhealthy()
    {
        using IHost host = Create(_ => { });
        MapOf(host).Dispose();

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.IsType<ObjectDisposedException>(entry.Exception);
    }

    [Fact]
    public async Task Check_AfterASaveThatFailed_IsDegradedUntilOneSucceeds()
    {
        ManualClock clock = new();
        using IHost host = Create(
            options =>
            {
                options.Path = "orders.fsmap";
                options.SaveInterval = TimeSpan.FromMinutes(1);
            },
            clock);
        await host.StartAsync(Cancellation);

        Directory.CreateDirectory(Folder.FileOf("orders.fsmap"));
        clock.Tick();
        HealthReportEntry degraded = await CheckUntil(host, HealthStatus.Degraded);
        Directory.Delete(Folder.FileOf("orders.fsmap"));
        clock.Tick();
        HealthReportEntry healthy = await CheckUntil(host, HealthStatus.Healthy);

        Assert.Contains("The last save failed.", degraded.Description, StringComparison.Ordinal);
        Assert.IsAssignableFrom<IOException>(degraded.Exception);
        Assert.Equal(clock.Now, healthy.Data["lastSaved"]);
    }

    [Fact]
    public async Task Check_OfAMapThatIsNotRegistered_IsUnhealthyAndNamesIt()
    {
        using IHost host = Hosts.Create(
            Folder, Log, services => services.AddHealthChecks().AddShardMap("nothing"));

        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(Cancellation);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("'nothing'", report.Entries["nothing"].Exception!.Message, StringComparison.Ordinal);
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation)).Entries["orders"];

    private static async Task<HealthReportEntry> CheckUntil(IHost host, HealthStatus expected)
    {
        while (true)
        {
            HealthReportEntry entry = await CheckAsync(host);
            if (entry.Status == expected)
            {
                return entry;
            }

            await Task.Delay(10, Cancellation);
        }
    }

    private IHost Create(Action<ShardMapServiceOptions> configure, TimeProvider? clock = null) =>
        Hosts.Create(
            Folder,
            Log,
            services => services
                .AddSingleton(clock ?? TimeProvider.System)
                .AddShardMap<int, long>("orders", configure)
                .AddHealthChecks().AddShardMap("orders"));
}
