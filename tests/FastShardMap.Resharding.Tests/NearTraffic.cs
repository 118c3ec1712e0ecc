using System.Collections.Concurrent;
using System.Diagnostics;
using FastShardMap.Near;
using FastShardMap.Routing;

namespace FastShardMap.Resharding.Tests;

/// <summary>
/// Near maps that read and write keys of the slots that move. Each key has one writer, which counts it up. No read is
/// staler than the bound, none goes back behind an earlier one of its map, and a writer sees its own writes.
/// </summary>
internal sealed class NearTraffic : IAsyncDisposable
{
    /// <summary>Short, so that it can pass within a move.</summary>
    public static readonly TimeSpan MaxStaleness = TimeSpan.FromMilliseconds(500);

    private const int Remembered = 1 << 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly List<RoutedNearMap<long, long>> _maps = [];
    private readonly long[] _keys;
    private readonly long[] _acknowledged;
    private readonly long[] _times;
    private Task _running = Task.CompletedTask;
    private long _reads;
    private long _hits;

    private NearTraffic(long[] keys)
    {
        _keys = keys;
        _acknowledged = new long[keys.Length];
        _times = new long[keys.Length * Remembered];
    }

    public IReadOnlyList<RoutedNearMap<long, long>> Maps => _maps;

    public long Reads => Interlocked.Read(ref _reads);

    public long Hits => Interlocked.Read(ref _hits);

    public bool HasFaults => !_faults.IsEmpty;

    /// <summary>Keys of a prefix that are in the first slots.</summary>
    public static long[] KeysIn(string prefix, int slots, int count) =>
    [
        .. Enumerable.Range(0, int.MaxValue).Select(key => (long)key)
            .Where(key => SlotTable.SlotOf([.. System.Text.Encoding.UTF8.GetBytes(prefix), (byte)'k',
                .. BitConverter.GetBytes(key)]) < slots).Take(count),
    ];

    public static async Task<NearTraffic> StartAsync(
        ShardingOptions sharding, Func<string, NearMapOptions> options, long[] keys, int maps)
    {
        NearTraffic traffic = new(keys);
        for (int map = 0; map < maps; map++)
        {
            traffic._maps.Add(await RoutedNearMap<long, long>.ConnectAsync(sharding, options));
        }

        await Parallel.ForEachAsync(
            keys, async (key, token) => await traffic._maps[0].SetAsync(key, 0, cancellationToken: token));
        traffic._running = Task.WhenAll(Enumerable.Range(0, maps).Select(map => traffic.RunAsync(map, maps)));
        return traffic;
    }

    /// <summary>Ends the traffic. After it, every copy is or becomes the last value.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Servers.Timeout);
        Assert.Empty(_faults);
        foreach (RoutedNearMap<long, long> map in _maps)
        {
            long[] values = new long[_keys.Length];
            bool[] found = new bool[_keys.Length];
            await Near.Tests.Support.Wait.UntilAsync(
                async () => await map.GetManyAsync(_keys, values, found) == _keys.Length
                    && values.SequenceEqual(_acknowledged),
                "all copies show the last values");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (RoutedNearMap<long, long> map in _maps)
        {
            await map.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task RunAsync(int number, int maps)
    {
        RoutedNearMap<long, long> map = _maps[number];
        Random random = new(number);
        long[] seen = new long[_keys.Length];
        await Task.Yield();
        while (!_stop.IsCancellationRequested && _faults.IsEmpty)
        {
            try
            {
                int index = random.Next(_keys.Length);
                if (index % maps == number && random.Next(5) == 0)
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

    private async Task WriteAsync(RoutedNearMap<long, long> map, int index)
    {
        long next = _acknowledged[index] + 1;
        await map.SetAsync(_keys[index], next);
        Volatile.Write(ref _times[(index * Remembered) + (next % Remembered)], Stopwatch.GetTimestamp());
        Volatile.Write(ref _acknowledged[index], next);
        long own = map.TryGetLocal(_keys[index], out long value) ? value : (await map.GetAsync(_keys[index])).Value;
        if (own != next)
        {
            _faults.Enqueue($"key {_keys[index]} is {own} after the own write of {next}");
        }

        await Task.Delay(1);
    }

    private async Task ReadAsync(RoutedNearMap<long, long> map, int index, long[] seen)
    {
        long key = _keys[index];
        long started = Stopwatch.GetTimestamp();
        long acknowledged = Volatile.Read(ref _acknowledged[index]);
        bool isLocal = map.TryGetLocal(key, out long value);
        if (!isLocal)
        {
            NearResult<long> result = await map.GetAsync(key);
            value = result.Found ? result.Value : -1;
        }

        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _hits, isLocal ? 1 : 0);
        if (value < seen[index])
        {
            _faults.Enqueue($"key {key}: {value} after {seen[index]}, local {isLocal}");
        }

        seen[index] = value;
        if (acknowledged > value)
        {
            long overwritten = Volatile.Read(ref _times[(index * Remembered) + ((value + 1) % Remembered)]);
            TimeSpan age = Stopwatch.GetElapsedTime(overwritten, started);
            if (age > MaxStaleness)
            {
                _faults.Enqueue($"key {key}: {value} is {age} older than {value + 1}, local {isLocal}");
            }
        }
    }
}
