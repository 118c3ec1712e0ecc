using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>Writes of keys, such that all near maps of the prefix learn of them.</summary>
/// <remarks>With <see cref="InvalidationSource.Tracking"/> the engine tells. With
/// <see cref="InvalidationSource.Published"/> the same transaction publishes the key, so that either both happen or
/// neither, also if this process dies in between.</remarks>
internal sealed class EngineWrites(InvalidationSource source, byte[] channel)
{
    private readonly RedisChannel _channel = RedisChannel.Literal(channel);

    public InvalidationSource Source { get; } = source;

    public async Task SetAsync(
        IDatabase database, byte[] key, byte[] value, TimeSpan? expiry, CommandFlags flags = CommandFlags.None)
    {
        Expiration expiration = expiry is { } time ? new Expiration(time) : Expiration.Default;
        if (Source == InvalidationSource.Tracking)
        {
            await database.StringSetAsync(key, value, expiration, ValueCondition.Always, flags).ConfigureAwait(false);
            return;
        }

        ITransaction transaction = database.CreateTransaction();
        Task<bool> set = transaction.StringSetAsync(key, value, expiration, ValueCondition.Always, flags);
        await ExecuteAsync(transaction, key, set, flags).ConfigureAwait(false);
    }

    public async Task<bool> RemoveAsync(IDatabase database, byte[] key)
    {
        if (Source == InvalidationSource.Tracking)
        {
            return await database.KeyDeleteAsync(key).ConfigureAwait(false);
        }

        ITransaction transaction = database.CreateTransaction();
        Task<bool> removed = transaction.KeyDeleteAsync(key);
        await ExecuteAsync(transaction, key, removed, CommandFlags.None).ConfigureAwait(false);
        return await removed.ConfigureAwait(false);
    }

    /// <summary>Replaces a value if the engine still has the expected bytes; null expects no value.</summary>
    public async Task<bool> ReplaceAsync(IDatabase database, byte[] key, byte[] value, RedisValue expected)
    {
        ITransaction transaction = database.CreateTransaction();
        transaction.AddCondition(
            expected.IsNull ? Condition.KeyNotExists(key) : Condition.StringEqual(key, expected));
        Task<bool> set = transaction.StringSetAsync(key, value);
        Task? published = Source == InvalidationSource.Published ? transaction.PublishAsync(_channel, key) : null;
        bool done = await transaction.ExecuteAsync().ConfigureAwait(false);
        if (done)
        {
            await set.ConfigureAwait(false);
            await (published ?? Task.CompletedTask).ConfigureAwait(false);
        }

        return done;
    }

    private async Task ExecuteAsync(ITransaction transaction, byte[] key, Task write, CommandFlags flags)
    {
        Task<long> published = transaction.PublishAsync(_channel, key);
        if (!await transaction.ExecuteAsync(flags).ConfigureAwait(false))
        {
            throw new RedisException("The engine discarded the transaction.");
        }

        await write.ConfigureAwait(false);
        await published.ConfigureAwait(false);
    }
}
