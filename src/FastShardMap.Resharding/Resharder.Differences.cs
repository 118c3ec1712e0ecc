using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

public sealed partial class Resharder
{
    private const int MostReads = 10;

    private static readonly TimeSpan ReadAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>A copy may expire later than its original: by the time that it took to get there.</summary>
    private static readonly TimeSpan ExpiresSoon = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a key has different values on both servers at one instant, and is not in the log. The key is read twice
    /// on both: if neither the log nor the number of the copy's snapshot has changed, no write came in between. A key
    /// that changes each time counts as equal; its writes reach both servers.
    /// </summary>
    private async Task<bool> DiffersAsync(SlotRule rule, byte[] key, CancellationToken cancellationToken)
    {
        IDatabase authority = await _connections.DatabaseAsync(rule.Authority).ConfigureAwait(false);
        IDatabase follower = await _connections.DatabaseAsync(rule.Follower).ConfigureAwait(false);
        RedisKey log = SlotKeys.Log(rule.Slot);
        RedisKey versions = SlotKeys.Versions(rule.Slot);
        for (int attempt = 0; attempt < MostReads; attempt++)
        {
            Reading original = await ReadAsync(authority, key, log).ConfigureAwait(false);
            Reading copy = await ReadAsync(follower, key, versions).ConfigureAwait(false);
            if (!original.Note.IsNull || original.Value == copy.Value)
            {
                return false;
            }

            // The two servers do not let a key expire at the same instant.
            TimeSpan? left = original.Value.IsNull ? copy.Left : copy.Value.IsNull ? original.Left : null;
            bool isExpiring = left < ExpiresSoon;
            await Task.Delay(isExpiring ? left!.Value + ReadAgain : ReadAgain, cancellationToken)
                .ConfigureAwait(false);
            if (!isExpiring
                && (await ReadAsync(authority, key, log).ConfigureAwait(false)).IsAs(original)
                && (await ReadAsync(follower, key, versions).ConfigureAwait(false)).IsAs(copy))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a key and what a hash notes of it, at one instant.</summary>
    private static async Task<Reading> ReadAsync(IDatabase database, byte[] key, RedisKey notes)
    {
        for (int attempt = 0; attempt < MostReads; attempt++)
        {
            // Without the transaction, Garnet would not read all the keys at one instant.
            #pragma warning disable SER304
            ITransaction transaction = database.CreateTransaction();
            Task<RedisValue> value = transaction.StringGetAsync(key);
            Task<TimeSpan?> left = transaction.KeyTimeToLiveAsync(key);
            Task<RedisValue> note = transaction.HashGetAsync(notes, key);
            #pragma warning restore SER304
            if (await transaction.ExecuteAsync().ConfigureAwait(false))
            {
                return new Reading(
                    await value.ConfigureAwait(false), await note.ConfigureAwait(false),
                    await left.ConfigureAwait(false));
            }
        }

        throw new TimeoutException($"A key could not be read for the comparison {MostReads} times in a row.");
    }

    /// <param name="Value">The value, or null.</param>
    /// <param name="Note">The identity of a write in the log, or the number of the snapshot.</param>
    /// <param name="Left">The time after which the key expires.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Reading(RedisValue Value, RedisValue Note, TimeSpan? Left)
    {
        public bool IsAs(Reading other) => Value == other.Value && Note == other.Note;
    }
}
