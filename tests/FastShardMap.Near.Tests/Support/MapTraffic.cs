using System.Collections.Concurrent;
using System.Diagnostics;

namespace FastShardMap.Near.Tests.Support;

/// <summary>
/// Near maps of any kind that read and write the same keys all the time. Each key has one writer, which counts it up.
/// No read is staler than the bound, none goes back behind an earlier one of its map, and a writer sees its own writes.
/// </summary>
internal sealed class MapTraffic : IAsyncDisposable
{
    private const int Remembered = 1 << 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly IReadOnlyList<TrafficMap> _maps;
    private readonly TimeSpan _maxStaleness;
    private readonly long[] _keys;
    private readonly long[] _acknowledged;
    private readonly long[] _times;
    private Task _running = Task.CompletedTask;
    private long _reads;
    private long _hits;
    private long _writes;

    private MapTraffic(IReadOnlyList<TrafficMap> maps, long[] keys, TimeSpan maxStaleness)
    {
        _maps = maps;
        _maxStaleness = maxStaleness;
        _keys = keys;
        _acknowledged = new long[keys.Length];
        _times = new long[keys.Length * Remembered];
    }

    public long Reads => Interlocked.Read(ref _reads);

    public long Hits => Interlocked.Read(ref _hits);

    public long Writes => Interlocked.Read(ref _writes);

    public bool HasFaults => !_faults.IsEmpty;

    /// <summary>Writes every key once, and begins: one reader and writer per map.</summary>
    public static async Task<MapTraffic> StartAsync(
        IReadOnlyList<TrafficMap> maps, long[] keys, TimeSpan maxStaleness)
    {
        MapTraffic traffic = new(maps, keys, maxStaleness);
        await Parallel.ForEachAsync(keys, async (key, _) => await maps[0].SetAsync(key, 0));
        traffic._running = Task.WhenAll(Enumerable.Range(0, maps.Count).Select(traffic.RunAsync));
        return traffic;
    }

    /// <summary>Waits for more writes, and for more reads with near hits among them.</summary>
    public async Task PassAsync()
    {
        (long reads, long hits, long writes) = (Reads + 500, Hits + 50, Writes + 20);
        await Wait.UntilAsync(
            () => HasFaults || (Reads > reads && Hits > hits && Writes > writes), "the traffic goes on");
    }

    /// <summary>Ends the traffic. After it, every copy is or becomes the last value.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(limit);
        Assert.Empty(_faults);
        foreach (TrafficMap map in _maps)
        {
            await Wait.UntilAsync(
                async () => (await map.GetManyAsync(_keys)).SequenceEqual(_acknowledged),
                "all copies show the last values");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(int number)
    {
        TrafficMap map = _maps[number];
        Random random = new(number);
        long[] seen = new long[_keys.Length];
        await Task.Yield();
        while (!_stop.IsCancellationRequested && _faults.IsEmpty)
        {
            try
            {
                int index = random.Next(_keys.Length);
                if (index % _maps.Count == number && random.Next(5) == 0)
                {
                    await WriteAsync(map, index);
                }

                await ReadAsync(map, index, seen);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                _faults.Enqueue($"{exception.GetType().Name} {exception.Message}");
            }
        }
    }

    private async Task WriteAsync(TrafficMap map, int index)
    {
        long next = _acknowledged[index] + 1;
        await map.SetAsync(_keys[index], next);
        Volatile.Write(ref _times[(index * Remembered) + (next % Remembered)], Stopwatch.GetTimestamp());
        Volatile.Write(ref _acknowledged[index], next);
        Interlocked.Increment(ref _writes);
        long own = map.TryGetLocal(_keys[index]) ?? await map.GetAsync(_keys[index]);
        if (own != next)
        {
            _faults.Enqueue($"key {_keys[index]} is {own} after the own write of {next}");
        }

        await Task.Delay(1);
    }

    private async Task ReadAsync(TrafficMap map, int index, long[] seen)
    {
        long key = _keys[index];
        long started = Stopwatch.GetTimestamp();
        long acknowledged = Volatile.Read(ref _acknowledged[index]);
        long? copy = map.TryGetLocal(key);
        long value = copy ?? await map.GetAsync(key);
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _hits, copy is null ? 0 : 1);
        if (value < seen[index])
        {
            _faults.Enqueue($"key {key}: {value} after {seen[index]}, local {copy is not null}");
        }

        seen[index] = value;
        if (acknowledged > value)
        {
            long overwritten = Volatile.Read(ref _times[(index * Remembered) + ((value + 1) % Remembered)]);
            TimeSpan age = Stopwatch.GetElapsedTime(overwritten, started);
            if (age > _maxStaleness)
            {
                _faults.Enqueue($"key {key}: {value} is {age} older than {value + 1}, local {copy is not null}");
            }
        }
    }
}
