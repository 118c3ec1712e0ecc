using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

public sealed partial class RoutedStore
{
    /// <summary>Tries once to write a key by a table of a later epoch than <paramref name="than"/>.</summary>
    /// <returns>The answer to the command, or null and the epoch that the next table must be later than.</returns>
    private async Task<(bool? Answer, long Than)> TryWriteAsync(
        byte[] key,
        RedisValue value,
        TimeSpan? expiry,
        RedisChannel? notice,
        Condition? condition,
        long than,
        Operation operation)
    {
        Leased leased = await FreshAsync(than).ConfigureAwait(false);
        SlotRule rule = leased.Map.RuleOf(SlotTable.SlotOf(key, leased.Map.Document.Seed));
        bool? answer = await _operations.TryWriteAsync(rule, key, value, expiry, notice, condition)
            .ConfigureAwait(false);
        if (answer is not null)
        {
            await FollowAsync(rule, key).ConfigureAwait(false);
            return (answer, -1);
        }

        return (null, await HelpAsync(rule, operation).ConfigureAwait(false) ? -1 : leased.Map.Epoch);
    }

    /// <summary>The second half of a double write. Its failure is no failure of the write: the key is logged.</summary>
    private async Task FollowAsync(SlotRule rule, byte[] key)
    {
        if (!rule.IsDouble)
        {
            return;
        }

        try
        {
            // In Draining, both fences have the same value; before, the follower's is the authority's too.
            ApplyResult result = await _operations
                .SyncAsync(rule.Authority, rule.Follower, rule.Slot, rule.Token, key).ConfigureAwait(false);
            if (result == ApplyResult.Busy)
            {
                Interlocked.Increment(ref _deferred);
            }
        }
        #pragma warning disable CA1031 // the write has taken effect, whatever the second server or its name throws
        catch (Exception)
        #pragma warning restore CA1031
        {
            Interlocked.Increment(ref _deferred);
        }
    }

    /// <summary>Brings fences to where the table says they are; false if the table is out of date.</summary>
    private async Task<bool> HelpAsync(SlotRule rule, Operation operation)
    {
        long fence = await _operations.ReadFenceAsync(rule.Authority, rule.Slot).ConfigureAwait(false);
        if (fence >= rule.Token)
        {
            return fence == rule.Token;
        }

        return rule.State == MoveState.Draining
            ? await _operations.TryHandOverAsync(rule, operation.Deadline).ConfigureAwait(false)
            : await _operations.TryRaiseFenceAsync(rule.Authority, rule.Slot, rule.Token).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads a key by a rule. In a slot that moves, the authority's fence is read at the same instant: a higher one
    /// says that writes may have taken effect elsewhere, by a rule that this process does not know yet. The lease alone
    /// would not do, because a whole wave can pass within one lease.
    /// </summary>
    private async Task<(bool Known, T? Value)> ReadAsync<T>(
        SlotRule rule, byte[] key, Func<IDatabaseAsync, RedisKey, Task<T>> read, Operation operation)
    {
        IDatabase database = await _connections.DatabaseAsync(rule.Authority).ConfigureAwait(false);
        if (rule.State == MoveState.Planned)
        {
            // No wave gets from here to another authority within a lease: DoubleWrite lasts longer.
            return (true, await read(database, key).ConfigureAwait(false));
        }

        // Without the transaction, Garnet would not read all the keys at one instant.
        bool isCutOver = rule.IsCutOver(key);
        #pragma warning disable SER304
        ITransaction transaction = database.CreateTransaction();
        Task<RedisValue> fenceRead = transaction.StringGetAsync(SlotKeys.Fence(rule.Slot));
        Task<T> value = read(transaction, key);
        Task<bool> isLogged = isCutOver
            ? transaction.HashExistsAsync(SlotKeys.Log(rule.Slot), key)
            : Task.FromResult(true);
        #pragma warning restore SER304
        if (!await transaction.ExecuteAsync().ConfigureAwait(false))
        {
            return default;
        }

        long fence = (long?)await fenceRead.ConfigureAwait(false) ?? 0;
        if (rule.State == MoveState.Draining && fence < rule.Token)
        {
            // The new owner has every write only when its fence says so.
            await HelpAsync(rule, operation).ConfigureAwait(false);
            return default;
        }

        if (fence > rule.Token)
        {
            return default;
        }

        if (await isLogged.ConfigureAwait(false))
        {
            return (true, await value.ConfigureAwait(false));
        }

        // A key that was not in the log was on the follower already.
        database = await _connections.DatabaseAsync(rule.Follower).ConfigureAwait(false);
        return (true, await read(database, key).ConfigureAwait(false));
    }
}
