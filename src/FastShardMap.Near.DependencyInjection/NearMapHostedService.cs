using Microsoft.Extensions.Hosting;

namespace FastShardMap.Near.DependencyInjection;

/// <summary>Connects one near map before the host starts its first service.</summary>
internal sealed class NearMapHostedService(IServedNearMap map) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => map.ConnectAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
