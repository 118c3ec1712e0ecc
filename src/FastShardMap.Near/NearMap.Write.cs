using FastShardMap.Near.Engine;
using StackExchange.Redis;

namespace FastShardMap.Near;

public sealed partial class NearMap<TKey, TValue>
{
    /// <summary>Sets the value of a key at the engine.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expiry">The time after which the engine removes the key, or null for never.</param>
    /// <param name="cancellationToken">A token to stop waiting. The write may be done all the same.</param>
    /// <returns>A task that completes when the engine has acknowledged the write. Reads of this map that begin
    /// afterwards see it, or a later one.</returns>
    /// <remarks>If the call throws, the write may or may not be done; no near copy of this map is kept.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expiry"/> is less than a
    /// millisecond.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask SetAsync(
        TKey key, TValue value, TimeSpan? expiry = null, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (expiry is { } time)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1), nameof(expiry));
        }

        cancellationToken.ThrowIfCancellationRequested();
        byte[] engineKey = _engine.Keys.Encode(key);
        byte[] bytes = ValueFormat<TValue>.Encode(value, engineKey, _engine.Versions.Next(), expiry is not null);
        return new ValueTask(WriteAsync(
            key,
            async () =>
            {
                await _engine.Writes.SetAsync(_engine.Database, engineKey, bytes, expiry).ConfigureAwait(false);
                return true;
            },
            cancellationToken));
    }

    /// <summary>Replaces the value of a key if its version is still the expected one (compare and set).</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value.</param>
    /// <param name="expected">The version that a read has returned; <see cref="NearVersion.None"/> to add a value where
    /// there is none.</param>
    /// <param name="cancellationToken">A token to stop waiting. The write may be done all the same.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <remarks>Takes two round trips, and three if a value is replaced. The new value does not expire.</remarks>
    /// <exception cref="NearFormatException">The engine holds other bytes under the key.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<bool> TryUpdateAsync(
        TKey key, TValue value, NearVersion expected, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        byte[] engineKey = _engine.Keys.Encode(key);
        byte[] bytes = ValueFormat<TValue>.Encode(value, engineKey, _engine.Versions.Next(), expires: false);
        return new ValueTask<bool>(WriteAsync(
            key, () => ReplaceAsync(engineKey, bytes, expected), cancellationToken));
    }

    /// <summary>Removes a key at the engine.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">A token to stop waiting. The removal may be done all the same.</param>
    /// <returns>Whether the key had a value.</returns>
    /// <remarks>As for <see cref="SetAsync"/>.</remarks>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<bool> RemoveAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        byte[] engineKey = _engine.Keys.Encode(key);
        return new ValueTask<bool>(WriteAsync(
            key, () => _engine.Writes.RemoveAsync(_engine.Database, engineKey), cancellationToken));
    }

    private async Task<bool> ReplaceAsync(byte[] engineKey, byte[] bytes, NearVersion expected)
    {
        RedisValue present = RedisValue.Null;
        if (expected != NearVersion.None)
        {
            present = await _engine.Database.StringGetAsync(engineKey, CommandFlags.DemandMaster)
                .ConfigureAwait(false);
            if (Decode(present, engineKey, out _).Version != expected)
            {
                return false;
            }
        }

        // Equal bytes have equal versions, so the engine's comparison of bytes is one of versions.
        return await _engine.Writes.ReplaceAsync(_engine.Database, engineKey, bytes, present).ConfigureAwait(false);
    }

    /// <summary>Writes, and drops the near copy before and after. The first time, so that no reader of this map takes
    /// the old copy for longer than needed; the second time, because a reader in between may have stored the old value
    /// again. After the second time, all flights have begun after the write.</summary>
    private async Task<bool> WriteAsync(TKey key, Func<Task<bool>> write, CancellationToken cancellationToken)
    {
        ulong hash = KeyFormat.HashOf(key);
        Void(key, hash);
        Task<bool> writing = VoidAfterwardsAsync(key, hash, write);
        return await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // Not canceled with its caller: the write may be done later than the caller leaves.
    private async Task<bool> VoidAfterwardsAsync(TKey key, ulong hash, Func<Task<bool>> write)
    {
        try
        {
            return await _engine.FollowMovesAsync(write).ConfigureAwait(false);
        }
        finally
        {
            Void(key, hash);
        }
    }
}
