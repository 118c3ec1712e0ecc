using System.Globalization;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>
/// The steps of a move on single keys. Each is one transaction that a fence guards, so that a process that was stopped
/// for an hour and goes on changes nothing; and each can be repeated.
/// </summary>
internal sealed class SlotOperations(NodeConnections connections)
{
    private const int MostAttempts = 12;

    /// <summary>Writes a key on the authority, if the fence has the value of the rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or null to remove the key.</param>
    /// <param name="expiry">The time after which the key expires.</param>
    /// <param name="notice">A channel on which the same transaction publishes the key.</param>
    /// <param name="condition">A condition of the write beside the fence.</param>
    /// <returns>The answer to the command, or null if nothing was written.</returns>
    public async Task<bool?> TryWriteAsync(
        SlotRule rule,
        RedisKey key,
        RedisValue value,
        TimeSpan? expiry,
        RedisChannel? notice = null,
        Condition? condition = null)
    {
        IDatabase database = await connections.DatabaseAsync(rule.Authority).ConfigureAwait(false);
        ITransaction transaction = database.CreateTransaction();
        transaction.AddCondition(FenceIs(rule.Slot, rule.Token));
        if (condition is not null)
        {
            transaction.AddCondition(condition);
        }

        Task<bool> answer = Queue(transaction, key, value, expiry);
        if (rule.IsLogged)
        {
            _ = transaction.HashSetAsync(SlotKeys.Log(rule.Slot), (byte[])key!, NewIdentity());
        }

        if (notice is RedisChannel channel)
        {
            _ = transaction.PublishAsync(channel, (byte[])key!);
        }

        return await transaction.ExecuteAsync().ConfigureAwait(false) ? await answer.ConfigureAwait(false) : null;
    }

    /// <summary>Notes a key in the log of the authority, as a write does, so that the follower gets it again.</summary>
    public async Task<bool> TryLogAsync(SlotRule rule, RedisKey key)
    {
        IDatabase database = await connections.DatabaseAsync(rule.Authority).ConfigureAwait(false);
        ITransaction transaction = database.CreateTransaction();
        transaction.AddCondition(FenceIs(rule.Slot, rule.Token));
        _ = transaction.HashSetAsync(SlotKeys.Log(rule.Slot), (byte[])key!, NewIdentity());
        return await transaction.ExecuteAsync().ConfigureAwait(false);
    }

    public async Task<long> ReadFenceAsync(string node, int slot)
    {
        IDatabase database = await connections.DatabaseAsync(node).ConfigureAwait(false);
        return (long?)await database.StringGetAsync(SlotKeys.Fence(slot)).ConfigureAwait(false) ?? 0;
    }

    /// <summary>Raises a fence to a value; false if it is higher already.</summary>
    public async Task<bool> TryRaiseFenceAsync(string node, int slot, long token)
    {
        IDatabase database = await connections.DatabaseAsync(node).ConfigureAwait(false);
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            long current = await ReadFenceAsync(node, slot).ConfigureAwait(false);
            if (current >= token)
            {
                return current == token;
            }

            ITransaction transaction = database.CreateTransaction();
            transaction.AddCondition(FenceIs(slot, current));
            _ = transaction.StringSetAsync(SlotKeys.Fence(slot), token);
            if (await transaction.ExecuteAsync().ConfigureAwait(false))
            {
                return true;
            }
        }

        throw new TimeoutException($"The fence of slot {slot} changed {MostAttempts} times in a row.");
    }

    /// <summary>
    /// Brings one key from a server to another. The snapshot is taken in one transaction with its number, so a snapshot
    /// with a greater number is a later one, and the follower refuses an earlier one after it. A key that was logged is
    /// taken out of the log only if no write came after the snapshot.
    /// </summary>
    public async Task<ApplyResult> SyncAsync(string from, string to, int slot, long followerToken, RedisKey key)
    {
        IDatabase source = await connections.DatabaseAsync(from).ConfigureAwait(false);
        ITransaction snapshot = source.CreateTransaction();
        Task<RedisValue> value = snapshot.StringGetAsync(key);
        Task<TimeSpan?> expiry = snapshot.KeyTimeToLiveAsync(key);
        Task<RedisValue> identity = snapshot.HashGetAsync(SlotKeys.Log(slot), (byte[])key!);
        Task<long> number = snapshot.StringIncrementAsync(SlotKeys.Sequence(slot));
        if (!await snapshot.ExecuteAsync().ConfigureAwait(false))
        {
            return ApplyResult.Busy;
        }

        ApplyResult result = await ApplyAsync(
            to, slot, followerToken, key, await value.ConfigureAwait(false), await expiry.ConfigureAwait(false),
            await number.ConfigureAwait(false)).ConfigureAwait(false);
        RedisValue written = await identity.ConfigureAwait(false);
        if (result == ApplyResult.Done && !written.IsNull)
        {
            await ForgetAsync(source, slot, key, written).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>Brings all logged keys of a slot to the follower. Returns how many there were.</summary>
    public async Task<(ApplyResult Result, int Keys)> DrainAsync(string from, string to, int slot, long followerToken)
    {
        IDatabase source = await connections.DatabaseAsync(from).ConfigureAwait(false);
        RedisValue[] keys = await source.HashKeysAsync(SlotKeys.Log(slot)).ConfigureAwait(false);
        foreach (RedisValue key in keys)
        {
            ApplyResult result = await SyncAsync(from, to, slot, followerToken, (byte[])key!).ConfigureAwait(false);
            if (result != ApplyResult.Done)
            {
                return (result, keys.Length);
            }
        }

        return (ApplyResult.Done, keys.Length);
    }

    /// <summary>
    /// Makes the new owner the authority of a slot. Any process can do it, and any number of them at once: the old
    /// owner's fence ends the writes there, so its log only shrinks; when the log is empty, the new owner has every
    /// write, and its fence lets writes begin there.
    /// </summary>
    /// <returns>False if the move has gone on without this caller.</returns>
    public async Task<bool> TryHandOverAsync(SlotRule rule, long deadline)
    {
        if (!await TryRaiseFenceAsync(rule.From, rule.Slot, rule.Token).ConfigureAwait(false))
        {
            return false;
        }

        while (true)
        {
            (ApplyResult result, int keys) =
                await DrainAsync(rule.From, rule.To, rule.Slot, rule.Previous).ConfigureAwait(false);
            if (result == ApplyResult.Fenced)
            {
                return await ReadFenceAsync(rule.To, rule.Slot).ConfigureAwait(false) == rule.Token;
            }

            if (keys == 0)
            {
                return await TryRaiseFenceAsync(rule.To, rule.Slot, rule.Token).ConfigureAwait(false);
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new TimeoutException($"The log of slot {rule.Slot} could not be drained in time.");
            }
        }
    }

    /// <summary>Deletes a key if the fence has a value.</summary>
    public async Task<bool> TryDeleteAsync(string node, int slot, long token, params RedisKey[] keys)
    {
        IDatabase database = await connections.DatabaseAsync(node).ConfigureAwait(false);
        ITransaction transaction = database.CreateTransaction();
        transaction.AddCondition(FenceIs(slot, token));
        foreach (RedisKey key in keys)
        {
            _ = transaction.KeyDeleteAsync(key);
        }

        return await transaction.ExecuteAsync().ConfigureAwait(false);
    }

    private static Condition FenceIs(int slot, long token) => token == 0
        ? Condition.KeyNotExists(SlotKeys.Fence(slot))
        : Condition.StringEqual(SlotKeys.Fence(slot), token);

    private static Task<bool> Queue(ITransaction transaction, RedisKey key, RedisValue value, TimeSpan? expiry) =>
        value.IsNull ? transaction.KeyDeleteAsync(key)
        : expiry is not TimeSpan time ? transaction.StringSetAsync(key, value)
        : transaction.StringSetAsync(key, value, time > TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(1));

    private static string NewIdentity() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    private static async Task ForgetAsync(IDatabase source, int slot, RedisKey key, RedisValue identity)
    {
        RedisKey log = SlotKeys.Log(slot);
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            ITransaction transaction = source.CreateTransaction();
            transaction.AddCondition(Condition.HashEqual(log, (byte[])key!, identity));
            _ = transaction.HashDeleteAsync(log, (byte[])key!);
            if (await transaction.ExecuteAsync().ConfigureAwait(false)
                || await source.HashGetAsync(log, (byte[])key!).ConfigureAwait(false) != identity)
            {
                return;
            }
        }

        // The key stays in the log and is brought over once more.
    }

    private async Task<ApplyResult> ApplyAsync(
        string node, int slot, long token, RedisKey key, RedisValue value, TimeSpan? expiry, long number)
    {
        IDatabase database = await connections.DatabaseAsync(node).ConfigureAwait(false);
        RedisKey versions = SlotKeys.Versions(slot);
        RedisValue known = RedisValue.Null;
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            ITransaction transaction = database.CreateTransaction();
            transaction.AddCondition(FenceIs(slot, token));
            transaction.AddCondition(
                known.IsNull
                    ? Condition.HashNotExists(versions, (byte[])key!)
                    : Condition.HashEqual(versions, (byte[])key!, known));
            _ = Queue(transaction, key, value, expiry);
            _ = transaction.HashSetAsync(versions, (byte[])key!, number);
            if (await transaction.ExecuteAsync().ConfigureAwait(false))
            {
                return ApplyResult.Done;
            }

            long fence = await ReadFenceAsync(node, slot).ConfigureAwait(false);
            if (fence > token
                || (fence < token && !await TryRaiseFenceAsync(node, slot, token).ConfigureAwait(false)))
            {
                return ApplyResult.Fenced;
            }

            known = await database.HashGetAsync(versions, (byte[])key!).ConfigureAwait(false);
            if (!known.IsNull && (long)known >= number)
            {
                return ApplyResult.Done;
            }
        }

        return ApplyResult.Busy;
    }
}
