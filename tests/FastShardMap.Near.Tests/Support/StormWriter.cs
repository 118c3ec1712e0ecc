using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Support;

/// <summary>Writes keys in turn, and says in a <see cref="WriteLog"/> what was acknowledged.</summary>
internal sealed class StormWriter
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    private StormWriter()
    {
    }

    public static StormWriter Start(NearMap<long, long> map, WriteLog log, int keys)
    {
        StormWriter writer = new();
        writer._work = Task.Run(() => writer.WriteAsync(map, log, keys));
        return writer;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    private async Task WriteAsync(NearMap<long, long> map, WriteLog log, int keys)
    {
        for (int key = 0; !_stop.IsCancellationRequested;)
        {
            long value = log.AcknowledgedOf(key) + 1;
            try
            {
                await map.SetAsync(key, value);
                log.Acknowledge(key, value);
                key = (key + 1) % keys;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // The engine is away: the same value again.
            }

            await Task.Delay(s_pause);
        }
    }
}
