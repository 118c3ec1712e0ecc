using Microsoft.Extensions.Hosting;

namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>Saves one map in intervals, and when all services of the host have stopped. The map is loaded when this
/// service is created, which the host does before it starts the first service.</summary>
internal sealed class MapHostedService(IServedMap map, TimeProvider clock) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _saving = Task.CompletedTask;
    private bool _started;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (map.Options.SaveInterval is TimeSpan interval)
        {
            // The clock may refuse the timer. Here, that ends the start.
            _saving = SaveRepeatedlyAsync(new PeriodicTimer(interval, clock), _stopping.Token);
        }

        _started = true;
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Saves after the last service has stopped, so that the file has what its last requests wrote. A host
    /// that failed to start saves nothing: another instance, which made it fail, may be using the file. The map is
    /// disposed next, so the save does not end with the time that the host gives its services: others may have used it
    /// up.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _saving.ConfigureAwait(false);
        if (_started && map.FilePath is not null && map.Options.SaveOnStop)
        {
            await map.SaveAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the saves in intervals, also if the host was never stopped.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task SaveRepeatedlyAsync(PeriodicTimer ticks, CancellationToken stopping)
    {
        using PeriodicTimer timer = ticks;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
            {
                try
                {
                    await map.SaveAsync(stopping).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // It is logged, and the health check shows it. The next save may succeed.
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
