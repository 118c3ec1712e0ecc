using FastShardMap.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FastShardMap.Extensions.Tests;

/// <summary>Maps that a host loads when it starts and saves when it stops.</summary>
public sealed class HostedMapTests : HostTests
{
    private const string FileName = "orders.fsmap";


    [Fact]
    public async Task StopAndStart_OfTheHost_KeepsTheEntries()
    {
        using (IHost first = Start(options => options.Path = FileName))
        {
            await first.StartAsync(Cancellation);
            MapOf(first)[7] = 70;
            await first.StopAsync(Cancellation);
        }

        using IHost second = Start(options => options.Path = FileName);
        await second.StartAsync(Cancellation);

        Assert.Equal(70, MapOf(second)[7]);
        Assert.Contains(Log.Lines, line => line.Text.StartsWith("Loaded 1 entries", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Map_InTheConstructorOfAnotherService_IsLoadedAlready()
    {
        using (ShardMap<int, long> map = new())
        {
            map[1] = 2;
            map.SaveTo(Folder.FileOf(FileName));
        }

        using IHost host = Hosts.Create(Folder, Log, services => services
            .AddHostedService<CountingService>()
            .AddShardMap<int, long>("orders", options => options.Path = FileName));
        await host.StartAsync(Cancellation);

        Assert.Equal(1, host.Services.GetServices<IHostedService>().OfType<CountingService>().Single().CountAtStart);
    }

    [Fact]
    public async Task Stop_WhileAServiceStillWrites_SavesWhatItWrote()
    {
        using (IHost host = Hosts.Create(Folder, Log, services => services
            .AddShardMap<int, long>("orders", options => options.Path = FileName)
            .AddHostedService<LastWriter>()))
        {
            await host.StartAsync(Cancellation);
            await host.StopAsync(Cancellation);
        }

        using ShardMap<int, long> saved = ShardMap<int, long>.LoadFrom(Folder.FileOf(FileName));
        Assert.Equal(1, saved[LastWriter.Key]);
    }

    [Fact]
    public async Task Start_WithADamagedFile_FailsAndKeepsTheFile()
    {
        await File.WriteAllTextAsync(Folder.FileOf(FileName), "not a map", Cancellation);
        using (IHost host = Start(options => options.Path = FileName))
        {
            InvalidDataException exception =
                await Assert.ThrowsAsync<InvalidDataException>(() => host.StartAsync(Cancellation));
            Assert.Contains("The map 'orders' cannot be loaded", exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal("not a map", await File.ReadAllTextAsync(Folder.FileOf(FileName), Cancellation));
    }

    [Fact]
    public async Task Start_WithADamagedFileThatMayBeSetAside_IsEmptyAndKeepsTheFile()
    {
        ManualClock clock = new();
        for (int round = 0; round < 2; round++)
        {
            await File.WriteAllTextAsync(Folder.FileOf(FileName), $"not a map {round}", Cancellation);
            using IHost host = Start(
                options =>
                {
                    options.Path = FileName;
                    options.DamagedFile = DamagedFileBehavior.SetAside;
                },
                clock);
            await host.StartAsync(Cancellation);
            Assert.True(MapOf(host).IsEmpty);
            await host.StopAsync(Cancellation);
        }

        string aside = Folder.FileOf($"{FileName}.damaged-20260102T030405Z");
        Assert.Equal("not a map 0", await File.ReadAllTextAsync(aside, Cancellation));
        Assert.Equal("not a map 1", await File.ReadAllTextAsync(aside + "-2", Cancellation));
        Assert.Equal(2, Log.Lines.Count(line => line.Level == LogLevel.Error));
        using ShardMap<int, long> saved = ShardMap<int, long>.LoadFrom(Folder.FileOf(FileName));
        Assert.True(saved.IsEmpty);
    }

    [Fact]
    public async Task Start_WithAFileOfOtherTypes_Fails()
    {
        using (ShardMap<Guid, Guid> other = new())
        {
            other.SaveTo(Folder.FileOf(FileName));
        }

        using IHost host = Start(options => options.Path = FileName);

        await Assert.ThrowsAsync<InvalidDataException>(() => host.StartAsync(Cancellation));
    }

    [Fact]
    public async Task Start_WithoutARequiredFile_Fails()
    {
        using IHost host = Start(options =>
        {
            options.Path = FileName;
            options.RequireFile = true;
        });

        FileNotFoundException exception =
            await Assert.ThrowsAsync<FileNotFoundException>(() => host.StartAsync(Cancellation));

        Assert.Contains("'orders'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutTheDirectory_Fails()
    {
        using IHost host = Start(options => options.Path = "missing/orders.fsmap");

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => host.StartAsync(Cancellation));
    }

    [Fact]
    public async Task Start_WithBadOptions_Fails()
    {
        using IHost host = Start(options => options.Capacity = -1);

        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));
    }

    [Fact]
    public async Task Start_WithTwoMapsOfOneFile_FailsAndNamesBoth()
    {
        using IHost host = Hosts.Create(Folder, Log, services => services
            .AddShardMap<int, long>("one", options => options.Path = FileName)
            .AddShardMap<int, int>("two", options => options.Path = Folder.FileOf(FileName)));

        InvalidOperationException exception =
            await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));

        Assert.Contains("'one' and 'two'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(59, 1)]
    [InlineData(61, 0)]
    public async Task Start_WithAnAgedFile_LoadsItUpToTheLimit(int minutes, int expected)
    {
        using (ShardMap<int, long> map = new())
        {
            map[1] = 2;
            map.SaveTo(Folder.FileOf(FileName));
        }

        ManualClock clock = new();
        File.SetLastWriteTimeUtc(Folder.FileOf(FileName), clock.Now.UtcDateTime - TimeSpan.FromMinutes(minutes));
        using IHost host = Start(
            options =>
            {
                options.Path = FileName;
                options.MaxFileAge = TimeSpan.FromHours(1);
            },
            clock);
        await host.StartAsync(Cancellation);

        Assert.Equal(expected, MapOf(host).Count);
    }

    [Fact]
    public async Task Stop_OfAHostThatFailedToStart_SavesNothing()
    {
        using (IHost host = Hosts.Create(Folder, Log, services => services
            .AddShardMap<int, long>("orders", options => options.Path = FileName)
            .AddHostedService<FailingService>()))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));
            await host.StopAsync(Cancellation);
        }

        Assert.False(File.Exists(Folder.FileOf(FileName)));
    }

    [Fact]
    public async Task Stop_WhenTheFileCannotBeWritten_ThrowsAndLogs()
    {
        using IHost host = Start(options => options.Path = FileName);
        await host.StartAsync(Cancellation);
        Directory.CreateDirectory(Folder.FileOf(FileName));

        await Assert.ThrowsAnyAsync<IOException>(() => host.StopAsync(Cancellation));

        Assert.Contains(Log.Lines, line => line.Level == LogLevel.Error
            && line.Text.StartsWith("The map orders could not be saved", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SaveInterval_Elapsed_SavesAndGoesOnAfterAnError()
    {
        ManualClock clock = new();
        using IHost host = Start(
            options =>
            {
                options.Path = FileName;
                options.SaveInterval = TimeSpan.FromMinutes(1);
            },
            clock);
        await host.StartAsync(Cancellation);
        MapOf(host)[3] = 33;

        Directory.CreateDirectory(Folder.FileOf(FileName));
        clock.Tick();
        await LogContains("could not be saved");
        Directory.Delete(Folder.FileOf(FileName));
        clock.Tick();
        await LogContains("Saved the map orders");

        using ShardMap<int, long> saved = ShardMap<int, long>.LoadFrom(Folder.FileOf(FileName));
        Assert.Equal(33, saved[3]);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task SaveOnStop_Off_LeavesTheFile()
    {
        using IHost host = Start(options =>
        {
            options.Path = FileName;
            options.SaveOnStop = false;
        });
        await host.StartAsync(Cancellation);
        await host.StopAsync(Cancellation);

        Assert.False(File.Exists(Folder.FileOf(FileName)));
    }

    private IHost Start(Action<ShardMapServiceOptions> configure, TimeProvider? clock = null) =>
        Hosts.Create(
            Folder,
            Log,
            services => services
                .AddSingleton(clock ?? TimeProvider.System)
                .AddShardMap<int, long>("orders", configure));

    private async Task LogContains(string text)
    {
        while (!Log.Lines.Any(line => line.Text.Contains(text, StringComparison.Ordinal)))
        {
            await Task.Delay(10, Cancellation);
        }
    }

    private sealed class CountingService(ShardMap<int, long> map) : IHostedService
    {
        public long CountAtStart { get; } = map.Count;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class LastWriter(ShardMap<int, long> map) : IHostedService
    {
        public const int Key = 99;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            map[Key] = 1;
            return Task.CompletedTask;
        }
    }

    private sealed class FailingService : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The port is taken.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
