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
        _started = true;
        if (map.Options.SaveInterval is TimeSpan interval)
        {
            _saving = SaveRepeatedlyAsync(interval, _stopping.Token);
        }

        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Saves after the last service has stopped, so that the file has what its last requests wrote. A host
    /// that failed to start saves nothing: another instance, which made it fail, may be using the file.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _saving.ConfigureAwait(false);
        if (_started && map.FilePath is not null && map.Options.SaveOnStop)
        {
            await map.SaveAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task SaveRepeatedlyAsync(TimeSpan interval, CancellationToken stopping)
    {
        using PeriodicTimer timer = new(interval, clock);
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
