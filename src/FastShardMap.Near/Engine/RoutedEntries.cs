using FastShardMap.Resharding;
using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>Entries on independent servers whose slots may move: reads look at the fence of the slot, and a write
/// publishes its key in the transaction in which it takes effect.</summary>
/// <param name="store">Knows the server of each slot.</param>
/// <param name="notice">The channel of published writes, or null if all servers report changes themselves.</param>
/// <param name="changed">Is called with each key after its write, whether the write is done or has failed.</param>
internal sealed class RoutedEntries(RoutedStore store, RedisChannel? notice, Action<byte[]> changed) : IEntryStore
{
    public Task<RedisValue> ReadAsync(byte[] key) => store.GetAsync(key);

    // The client library sends what is asked at the same time in one packet per server.
    public Task<RedisValue[]> ReadManyAsync(byte[][] keys) => Task.WhenAll(keys.Select(ReadAsync));

    public Task<TimeSpan?> ReadTimeToLiveAsync(byte[] key) =>
        store.ReadAsync(key, static (database, name) => database.KeyTimeToLiveAsync(name));

    public Task SetAsync(byte[] key, byte[] value, TimeSpan? expiry) =>
        ThenTellAsync(key, () => store.WriteAsync(key, value, expiry, notice));

    public Task<bool> RemoveAsync(byte[] key) =>
        ThenTellAsync(key, () => store.WriteAsync(key, RedisValue.Null, null, notice));

    public Task<bool> ReplaceAsync(byte[] key, byte[] value, RedisValue expected) =>
        ThenTellAsync(key, () => store.ReplaceAsync(key, value, expected, notice));

    private async Task<bool> ThenTellAsync(byte[] key, Func<Task<bool>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        finally
        {
            changed(key);
        }
    }
}
