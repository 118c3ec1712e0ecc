using System.Collections.Concurrent;
using System.Globalization;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding.Tests;

/// <summary>
/// Writers that own keys and count them up, and readers that know what was acknowledged before they read. Each writer
/// and reader has a store, so a table, of its own.
/// </summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<RoutedStore> _stores = [];
    private readonly ConcurrentBag<string> _wrong = [];
    private readonly RedisKey[] _keys;
    private readonly long[] _acknowledged;
    private readonly bool[] _isRemoved;
    private Task _running = Task.CompletedTask;
    private long _operations;

    private Traffic(RedisKey[] keys)
    {
        _keys = keys;
        _acknowledged = new long[keys.Length];
        _isRemoved = new bool[keys.Length];
    }

    public IReadOnlyList<RedisKey> Keys => _keys;

    public long Operations => Interlocked.Read(ref _operations);

    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>Keys of some slots only, so that few keys mean much traffic on what moves.</summary>
    public static RedisKey[] KeysIn(int slots, int count) =>
    [
        .. Enumerable.Range(0, int.MaxValue).Select(i => string.Create(CultureInfo.InvariantCulture, $"key:{i}"))
            .Where(key => SlotTable.SlotOf(key) < slots).Take(count).Select(key => (RedisKey)key),
    ];

    /// <summary>Writes every key once, and begins.</summary>
    public static async Task<Traffic> StartAsync(
        ShardingOptions options, RedisKey[] keys, int writers, int readers)
    {
        Traffic traffic = new(keys);
        for (int i = 0; i < writers + readers; i++)
        {
            traffic._stores.Add(await RoutedStore.ConnectAsync(options));
        }

        await Parallel.ForEachAsync(
            Enumerable.Range(0, keys.Length),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (key, _) => await traffic._stores[key % writers].SetAsync(keys[key], 0));
        traffic._running = Task.WhenAll(
            Enumerable.Range(0, writers).Select(i => traffic.WriteAsync(traffic._stores[i], i, writers))
                .Concat(Enumerable.Range(0, readers).Select(
                    i => traffic.ReadAsync(traffic._stores[writers + i], i))));
        return traffic;
    }

    /// <summary>Ends the traffic, and compares every key with what was acknowledged.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Servers.Timeout);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, _keys.Length),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (key, _) => Check(key, await _stores[0].GetAsync(_keys[key]), "at the end"));
        Assert.Empty(_wrong);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (RoutedStore store in _stores)
        {
            await store.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task WriteAsync(RoutedStore store, int writer, int writers)
    {
        Random random = new(writer);
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            int key = (random.Next((_keys.Length - writer + writers - 1) / writers) * writers) + writer;
            try
            {
                // Every fourth key is removed now and then.
                if (key % 4 == 0 && random.Next(4) == 0)
                {
                    await store.RemoveAsync(_keys[key]);
                    _isRemoved[key] = true;
                }
                else
                {
                    long next = _acknowledged[key] + 1;
                    await store.SetAsync(_keys[key], next, random.Next(3) == 0 ? TimeSpan.FromHours(1) : null);
                    _isRemoved[key] = false;
                    Volatile.Write(ref _acknowledged[key], next);
                }

                Check(key, await store.GetAsync(_keys[key]), "after its own write");
                Interlocked.Add(ref _operations, 2);
                await Task.Delay(1);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                _wrong.Add($"write {_keys[key]}: {exception.GetType().Name} {exception.Message}");
                return;
            }
        }
    }

    private async Task ReadAsync(RoutedStore store, int reader)
    {
        Random random = new(1_000 + reader);
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            int key = random.Next(_keys.Length);
            long before = Volatile.Read(ref _acknowledged[key]);
            try
            {
                RedisValue value = await store.GetAsync(_keys[key]);
                if (key % 4 != 0 && (value.IsNull || (long)value < before))
                {
                    _wrong.Add($"{_keys[key]} is {value} although {before} was acknowledged before the read");
                }

                if (Interlocked.Increment(ref _operations) % 4 == 0)
                {
                    await Task.Delay(1);
                }
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                _wrong.Add($"read {_keys[key]}: {exception.GetType().Name} {exception.Message}");
                return;
            }
        }
    }

    private void Check(int key, RedisValue value, string when)
    {
        RedisValue expected = _isRemoved[key] ? RedisValue.Null : _acknowledged[key];
        if (value != expected)
        {
            _wrong.Add($"{_keys[key]} is {value} {when}, not {expected}");
        }
    }
}
