using FastShardMap.Near.Engine;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Support;

/// <summary>Entries in memory instead of at an engine, so that a test decides when the times to live are
/// known.</summary>
internal sealed class MemoryEntries : IEntryStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    /// <summary>Answers the question how long an entry will live.</summary>
    public Func<Task<TimeSpan?>> TimeToLive { get; set; } = static () => Task.FromResult<TimeSpan?>(null);

    public Task<RedisValue> ReadAsync(byte[] key) => Task.FromResult(ValueOf(key));

    public Task<RedisValue[]> ReadManyAsync(byte[][] keys) => Task.FromResult(keys.Select(ValueOf).ToArray());

    public Task<TimeSpan?> ReadTimeToLiveAsync(byte[] key) => TimeToLive();

    public Task SetAsync(byte[] key, byte[] value, TimeSpan? expiry)
    {
        lock (_gate)
        {
            _values[Convert.ToHexString(key)] = value;
        }

        return Task.CompletedTask;
    }

    public Task<bool> RemoveAsync(byte[] key)
    {
        lock (_gate)
        {
            return Task.FromResult(_values.Remove(Convert.ToHexString(key)));
        }
    }

    public Task<bool> ReplaceAsync(byte[] key, byte[] value, RedisValue expected)
    {
        lock (_gate)
        {
            bool isExpected = ValueOf(key) == expected;
            if (isExpected)
            {
                _values[Convert.ToHexString(key)] = value;
            }

            return Task.FromResult(isExpected);
        }
    }

    private RedisValue ValueOf(byte[] key)
    {
        lock (_gate)
        {
            return _values.TryGetValue(Convert.ToHexString(key), out byte[]? value) ? value : RedisValue.Null;
        }
    }
}
