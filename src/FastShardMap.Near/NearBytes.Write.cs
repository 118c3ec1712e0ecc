using FastShardMap.Near.Engine;
using StackExchange.Redis;

namespace FastShardMap.Near;

public sealed partial class NearBytes
{
    /// <summary>Sets the value of a key at the engine.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value. Its bytes are copied before the call returns.</param>
    /// <param name="expiry">The time after which the engine removes the key, or null for never.</param>
    /// <param name="cancellationToken">A token to stop waiting. The write may be done all the same.</param>
    /// <returns>A task that completes when the engine has acknowledged the write. Reads of this map that begin
    /// afterwards see it, or a later one.</returns>
    /// <remarks>If the task fails, the write may or may not be done; no near copy of this map is kept.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="ArgumentException">The key has more than <see cref="MaxKeyBytes"/> bytes, or an unpaired
    /// surrogate, or the value has more than <see cref="MaxValueBytes"/> bytes. Nothing is sent.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expiry"/> is less than a
    /// millisecond.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask SetAsync(
        string key,
        ReadOnlyMemory<byte> value,
        TimeSpan? expiry = null,
        CancellationToken cancellationToken = default) =>
        SendAsync(EngineKeyOf(key), value.Span, expiry, cancellationToken);

    /// <inheritdoc cref="SetAsync(string, ReadOnlyMemory{byte}, TimeSpan?, CancellationToken)"/>
    public ValueTask SetAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte> value,
        TimeSpan? expiry = null,
        CancellationToken cancellationToken = default) =>
        SendAsync(EngineKeyOf(key), value.Span, expiry, cancellationToken);

    /// <summary>Replaces the value of a key if its version is still the expected one (compare and set).</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value. Its bytes are copied before the call returns.</param>
    /// <param name="expected">The version that a read has returned; <see cref="NearVersion.None"/> to add a value where
    /// there is none.</param>
    /// <param name="cancellationToken">A token to stop waiting. The write may be done all the same.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <remarks>Takes two round trips, and three if a value is replaced. The new value does not expire.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="ArgumentException">The key has more than <see cref="MaxKeyBytes"/> bytes, or an unpaired
    /// surrogate, or the value has more than <see cref="MaxValueBytes"/> bytes. Nothing is sent.</exception>
    /// <exception cref="NearFormatException">The engine holds other bytes under the key.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<bool> TryUpdateAsync(
        string key,
        ReadOnlyMemory<byte> value,
        NearVersion expected,
        CancellationToken cancellationToken = default) =>
        ReplaceAsync(EngineKeyOf(key), value.Span, expected, cancellationToken);

    /// <inheritdoc cref="TryUpdateAsync(string, ReadOnlyMemory{byte}, NearVersion, CancellationToken)"/>
    public ValueTask<bool> TryUpdateAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte> value,
        NearVersion expected,
        CancellationToken cancellationToken = default) =>
        ReplaceAsync(EngineKeyOf(key), value.Span, expected, cancellationToken);

    /// <summary>Removes a key at the engine.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">A token to stop waiting. The removal may be done all the same.</param>
    /// <returns>Whether the key had a value.</returns>
    /// <remarks>If the task fails, the removal may or may not be done; no near copy of this map is kept.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="ArgumentException">The key has more than <see cref="MaxKeyBytes"/> bytes, or an unpaired
    /// surrogate.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) =>
        DeleteAsync(EngineKeyOf(key), cancellationToken);

    /// <inheritdoc cref="RemoveAsync(string, CancellationToken)"/>
    public ValueTask<bool> RemoveAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) =>
        DeleteAsync(EngineKeyOf(key), cancellationToken);

    private ValueTask SendAsync(
        byte[] engineKey, ReadOnlySpan<byte> value, TimeSpan? expiry, CancellationToken cancellationToken)
    {
        NearCore<NearBytesResult>.CheckExpiry(expiry);
        byte[] bytes = Encode(engineKey, value, expiry is not null);
        return new ValueTask(_core.SetAsync(engineKey, bytes, expiry, cancellationToken));
    }

    private ValueTask<bool> ReplaceAsync(
        byte[] engineKey, ReadOnlySpan<byte> value, NearVersion expected, CancellationToken cancellationToken)
    {
        byte[] bytes = Encode(engineKey, value, expires: false);
        return new ValueTask<bool>(_core.TryUpdateAsync(engineKey, bytes, expected, cancellationToken));
    }

    private ValueTask<bool> DeleteAsync(byte[] engineKey, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return new ValueTask<bool>(_core.RemoveAsync(engineKey, cancellationToken));
    }

    private byte[] Encode(byte[] engineKey, ReadOnlySpan<byte> value, bool expires)
    {
        ThrowIfDisposed();
        if (value.Length > MaxValueBytes)
        {
            throw new ArgumentException(
                $"The value has {value.Length} bytes, and a value has at most {MaxValueBytes} "
                + $"({nameof(NearMapOptions)}.{nameof(NearMapOptions.MaxValueBytes)}).",
                nameof(value));
        }

        return ValueFormat.Encode(
            value, engineKey, ValueFormat.BytesFingerprint, _core.Engine.Versions.Next(), expires);
    }
}
