using System.Diagnostics;
using StackExchange.Redis;

namespace FastShardMap.Bench.Near;

/// <summary>What the near map does at the engine, with the client library alone: reads of one and of many keys, and a
/// write whose transaction publishes a message. It shows what the near map's own work adds.</summary>
internal sealed class NearBare : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _writer;
    private readonly ConnectionMultiplexer _reader;
    private readonly IDatabase _database;
    private readonly RedisKey[] _keys;
    private readonly byte[] _value = new byte[56]; // as long as a value of 16 bytes with its header
    private readonly RedisChannel _channel = RedisChannel.Literal($"bare{Environment.ProcessId}");
    private long _messages;

    private NearBare(ConnectionMultiplexer writer, ConnectionMultiplexer reader, int batchKeys)
    {
        _writer = writer;
        _reader = reader;
        _database = writer.GetDatabase();
        _keys = [.. Enumerable.Range(0, batchKeys).Select(key => (RedisKey)$"bare{Environment.ProcessId}:{key}")];
    }

    public static async Task<NearBare> ConnectAsync(string configuration, int batchKeys)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(configuration);
        options.Protocol = RedisProtocol.Resp2; // as the near map's subscriptions
        NearBare bare = new(
            await ConnectionMultiplexer.ConnectAsync(configuration),
            await ConnectionMultiplexer.ConnectAsync(options),
            batchKeys);
        await Task.WhenAll(bare._keys.Select(key => bare._database.StringSetAsync(key, bare._value)));
        ChannelMessageQueue queue = await bare._reader.GetSubscriber().SubscribeAsync(bare._channel);
        queue.OnMessage(_ => Interlocked.Increment(ref bare._messages));
        return bare;
    }

    /// <summary>Reads all keys in one command or one by one.</summary>
    /// <returns>Nanoseconds per key.</returns>
    public async Task<double> TimeReadsAsync(bool isBatched)
    {
        long start = Stopwatch.GetTimestamp();
        if (isBatched)
        {
            await _database.StringGetAsync(_keys);
        }
        else
        {
            foreach (RedisKey key in _keys)
            {
                await _database.StringGetAsync(key);
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / _keys.Length;
    }

    /// <summary>Writes a key, and waits for the message of that write on the other connection.</summary>
    /// <returns>The time as <see cref="Stopwatch"/> counts it.</returns>
    public async Task<long> TimeMessageAsync()
    {
        await _database.StringGetAsync(_keys[0]);
        long before = Interlocked.Read(ref _messages);
        long start = Stopwatch.GetTimestamp();
        ITransaction transaction = _database.CreateTransaction();
        Task<bool> set = transaction.StringSetAsync(_keys[0], _value);
        Task<long> published = transaction.PublishAsync(_channel, (byte[])_keys[0]!);
        Task<bool> done = transaction.ExecuteAsync();
        SpinWait spin = default;
        while (Interlocked.Read(ref _messages) == before)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        long time = Stopwatch.GetTimestamp() - start;
        await Task.WhenAll(done, set, published);
        return time;
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
    }
}
