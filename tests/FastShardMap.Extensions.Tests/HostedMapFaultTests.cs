using FastShardMap.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FastShardMap.Extensions.Tests;

/// <summary>Maps of hosts whose stop takes too long or never comes, and files that are links or cannot be looked
/// at.</summary>
public sealed class HostedMapFaultTests : HostTests
{
    private const string FileName = "orders.fsmap";

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Stop_AfterAServiceUsedUpTheTime_SavesTheMap()
    {
        using (IHost host = Hosts.Create(Folder, Log, services => services
            .Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(20))
            .AddShardMap<int, long>("orders", options => options.Path = FileName)
            .AddHostedService<SlowService>()))
        {
            await host.StartAsync(Cancellation);
            MapOf(host)[1] = 2;
            await host.StopAsync(Cancellation);
        }

        using ShardMap<int, long> saved = ShardMap<int, long>.LoadFrom(Folder.FileOf(FileName));
        Assert.Equal(2, saved[1]);
    }

    [Fact]
    public async Task Dispose_OfAHostThatWasNotStopped_EndsTheSaves()
    {
        using (IHost host = Start(options =>
        {
            options.Path = FileName;
            options.SaveInterval = TimeSpan.FromMinutes(1);
        }))
        {
            await host.StartAsync(Cancellation);
        }

        _clock.Tick();
        await Task.Delay(50, Cancellation);
        Assert.DoesNotContain(Log.Lines, line => line.Level >= LogLevel.Warning);
        Assert.False(File.Exists(Folder.FileOf(FileName)));
    }

    [Fact]
    public async Task Start_WithAnIntervalBelowAMillisecond_Fails()
    {
        using IHost host = Start(options =>
        {
            options.Path = FileName;
            options.SaveInterval = TimeSpan.FromTicks(1);
        });
        OptionsValidationException exception =
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));
        Assert.Contains("SaveInterval", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAnOldLinkToANewFile_LoadsIt()
    {
        string target = Folder.FileOf("target.fsmap");
        using (ShardMap<int, long> map = new())
        {
            map[1] = 2;
            map.SaveTo(target);
        }

        File.CreateSymbolicLink(Folder.FileOf(FileName), target);
        _clock.Now = DateTimeOffset.UtcNow.AddDays(1);
        File.SetLastWriteTimeUtc(target, _clock.Now.UtcDateTime);
        using IHost host = Start(options =>
        {
            options.Path = FileName;
            options.MaxFileAge = TimeSpan.FromHours(1);
        });
        await host.StartAsync(Cancellation);
        Assert.Equal(2, MapOf(host)[1]);
    }

    [Fact]
    public async Task Start_WithALinkToADamagedFile_SetsTheFileAside()
    {
        string target = Folder.FileOf("target.fsmap");
        string link = Folder.FileOf(FileName);
        await File.WriteAllTextAsync(target, "not a map", Cancellation);
        File.CreateSymbolicLink(link, target);
        using (IHost host = Start(options =>
        {
            options.Path = FileName;
            options.DamagedFile = DamagedFileBehavior.SetAside;
        }))
        {
            await host.StartAsync(Cancellation);
            MapOf(host)[1] = 2;
            await host.StopAsync(Cancellation);
        }

        Assert.Single(Directory.GetFiles(Folder.Path, "target.fsmap.damaged-*"));
        Assert.Equal(target, new FileInfo(link).LinkTarget);
        using ShardMap<int, long> saved = ShardMap<int, long>.LoadFrom(target);
        Assert.Equal(2, saved[1]);
    }

    /// <summary>A link to itself, which is neither a file nor missing. So is a file without permissions, but not for
    /// the administrator.</summary>
    [Fact]
    public async Task Start_WithAFileThatCannotBeLookedAt_FailsAndKeepsIt()
    {
        string link = Folder.FileOf(FileName);
        File.CreateSymbolicLink(link, link);
        using (IHost host = Start(options => options.Path = FileName))
        {
            await Assert.ThrowsAnyAsync<IOException>(() => host.StartAsync(Cancellation));
        }

        Assert.Equal(link, new FileInfo(link).LinkTarget);
    }

    [Fact]
    public async Task Start_WithALinkToTheFileOfAnotherMap_Fails()
    {
        File.CreateSymbolicLink(Folder.FileOf("other.fsmap"), Folder.FileOf(FileName));
        using IHost host = Hosts.Create(Folder, Log, services => services
            .AddShardMap<int, long>("orders", options => options.Path = FileName)
            .AddShardMap<int, long>("others", options => options.Path = "other.fsmap"));
        InvalidOperationException exception =
            await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));
        Assert.Contains("'orders'", exception.Message, StringComparison.Ordinal);
    }

    private IHost Start(Action<ShardMapServiceOptions> configure) =>
        Hosts.Create(Folder, Log, services => services
            .AddSingleton<TimeProvider>(_clock)
            .AddShardMap<int, long>("orders", configure));

    private sealed class SlowService : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken) =>
            await Task.Delay(Timeout.Infinite, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
