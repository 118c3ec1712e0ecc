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
        NearCore<NearResult<TValue>>.CheckExpiry(expiry);
        byte[] engineKey = EngineKeyOf(key);
        byte[] bytes = TypedValueFormat<TValue>.Encode(value, engineKey, NextVersion(), expiry is not null);
        return new ValueTask(_core.SetAsync(engineKey, bytes, expiry, cancellationToken));
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
        byte[] engineKey = EngineKeyOf(key);
        byte[] bytes = TypedValueFormat<TValue>.Encode(value, engineKey, NextVersion(), expires: false);
        return new ValueTask<bool>(_core.TryUpdateAsync(engineKey, bytes, expected, cancellationToken));
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
        return new ValueTask<bool>(_core.RemoveAsync(EngineKeyOf(key), cancellationToken));
    }

    private ulong NextVersion() => _core.Engine.Versions.Next();
}
