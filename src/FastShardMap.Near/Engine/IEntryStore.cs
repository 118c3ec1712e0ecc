using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>Where the entries of a near map are: keys and values as bytes.</summary>
internal interface IEntryStore
{
    Task<RedisValue> ReadAsync(byte[] key);

    Task<RedisValue[]> ReadManyAsync(byte[][] keys);

    /// <summary>The time until a key expires; null if it does not, or is not there.</summary>
    Task<TimeSpan?> ReadTimeToLiveAsync(byte[] key);

    Task SetAsync(byte[] key, byte[] value, TimeSpan? expiry);

    /// <summary>Removes a key.</summary>
    /// <returns>Whether it was there.</returns>
    Task<bool> RemoveAsync(byte[] key);

    /// <summary>Replaces a value if it still has the expected bytes; null expects no value.</summary>
    Task<bool> ReplaceAsync(byte[] key, byte[] value, RedisValue expected);
}
