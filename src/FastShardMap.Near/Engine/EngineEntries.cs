using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>Entries at one engine: a server or a cluster.</summary>
internal sealed class EngineEntries(EngineClient engine) : IEntryStore
{
    public Task<RedisValue> ReadAsync(byte[] key) => engine.IsCluster
        ? engine.FollowMovesAsync(() => engine.Database.StringGetAsync(key, CommandFlags.DemandMaster))
        : engine.Database.StringGetAsync(key, CommandFlags.DemandMaster);

    public async Task<RedisValue[]> ReadManyAsync(byte[][] keys)
    {
        if (!engine.IsCluster)
        {
            RedisKey[] names = [.. keys.Select(key => (RedisKey)key)];
            return await engine.Database.StringGetAsync(names, CommandFlags.DemandMaster).ConfigureAwait(false);
        }

        // A command of several keys reads one slot only; a batch sends single ones to each node together.
        IBatch batch = engine.Database.CreateBatch();
        Task<RedisValue>[] reads = [.. keys.Select(key => batch.StringGetAsync(key, CommandFlags.DemandMaster))];
        batch.Execute();
        try
        {
            return await Task.WhenAll(reads).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (EngineClient.IsElsewhere(exception.Message))
        {
            // Slots move: the keys that have no answer are read one by one.
            return await Task.WhenAll(
                reads.Select((read, index) => read.IsCompletedSuccessfully ? read : ReadAsync(keys[index])))
                .ConfigureAwait(false);
        }
    }

    public Task<TimeSpan?> ReadTimeToLiveAsync(byte[] key) =>
        engine.Database.KeyTimeToLiveAsync(key, CommandFlags.DemandMaster);

    public Task SetAsync(byte[] key, byte[] value, TimeSpan? expiry) => engine.FollowMovesAsync(async () =>
    {
        await engine.Writes.SetAsync(engine.Database, key, value, expiry).ConfigureAwait(false);
        return true;
    });

    public Task<bool> RemoveAsync(byte[] key) =>
        engine.FollowMovesAsync(() => engine.Writes.RemoveAsync(engine.Database, key));

    public Task<bool> ReplaceAsync(byte[] key, byte[] value, RedisValue expected) =>
        engine.FollowMovesAsync(() => engine.Writes.ReplaceAsync(engine.Database, key, value, expected));
}
