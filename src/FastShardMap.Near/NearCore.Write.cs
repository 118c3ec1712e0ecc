using StackExchange.Redis;

namespace FastShardMap.Near;

internal sealed partial class NearCore<TResult>
{
    /// <exception cref="ArgumentOutOfRangeException">The expiry is less than a millisecond.</exception>
    public static void CheckExpiry(TimeSpan? expiry)
    {
        if (expiry is { } time)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), nameof(expiry));
        }
    }

    /// <summary>Sets the value of a key at the engine. The bytes have the header already.</summary>
    public Task SetAsync(
        byte[] engineKey, byte[] bytes, TimeSpan? expiry, CancellationToken cancellationToken) =>
        WriteAsync(
            engineKey,
            async () =>
            {
                await _entries.SetAsync(engineKey, bytes, expiry).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    public Task<bool> TryUpdateAsync(
        byte[] engineKey, byte[] bytes, NearVersion expected, CancellationToken cancellationToken) =>
        WriteAsync(engineKey, () => ReplaceAsync(engineKey, bytes, expected), cancellationToken);

    public Task<bool> RemoveAsync(byte[] engineKey, CancellationToken cancellationToken) =>
        WriteAsync(engineKey, () => _entries.RemoveAsync(engineKey), cancellationToken);

    private async Task<bool> ReplaceAsync(byte[] engineKey, byte[] bytes, NearVersion expected)
    {
        RedisValue present = RedisValue.Null;
        if (expected != NearVersion.None)
        {
            present = await _entries.ReadAsync(engineKey).ConfigureAwait(false);
            if (_copies.VersionOf(Decode(present, engineKey, out _)) != expected)
            {
                return false;
            }
        }

        // Equal bytes have equal versions, so the engine's comparison of bytes is one of versions.
        return await _entries.ReplaceAsync(engineKey, bytes, present).ConfigureAwait(false);
    }

    /// <summary>Writes, and drops the near copy before and after. The first time, so that no reader of this map takes
    /// the old copy for longer than needed; the second time, because a reader in between may have stored the old value
    /// again. After the second time, all flights have begun after the write.</summary>
    private async Task<bool> WriteAsync(
        byte[] engineKey, Func<Task<bool>> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Void(_engine.Keys.KeyOf(engineKey));
        Task<bool> writing = VoidAfterwardsAsync(engineKey, write);
        return await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // Not canceled with its caller: the write may be done later than the caller leaves.
    private async Task<bool> VoidAfterwardsAsync(byte[] engineKey, Func<Task<bool>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        finally
        {
            Void(_engine.Keys.KeyOf(engineKey));
        }
    }
}
