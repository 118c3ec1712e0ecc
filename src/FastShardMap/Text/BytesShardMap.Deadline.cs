using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BytesShardMap<TValue>
{
    /// <summary>Adds an entry if its key is absent, unless the shard's lock cannot be taken in time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait, <see
    /// cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was added, its key was present, or the wait ended first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryAdd(
        ReadOnlySpan<byte> key, TValue value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.TryAdd(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, timeout, cancellationToken);
        }
    }

    /// <summary>Stores a value, whether the key is present or not, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to store.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait, <see
    /// cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was stored, or the wait ended first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TrySet(
        ReadOnlySpan<byte> key, TValue value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.TrySet(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, timeout, cancellationToken);
        }
    }

    /// <summary>Replaces the value of a key if it equals a given value, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait, <see
    /// cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was replaced, the key was absent or had another value, or the wait ended
    /// first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryRemove(KeyValuePair{TKey, TValue})"/>.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryUpdate(
        ReadOnlySpan<byte> key,
        TValue newValue,
        TValue comparisonValue,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.TryUpdate(
                KeyBytes.Present(bytes, key.Length, buffer, _seed),
                newValue,
                comparisonValue,
                timeout,
                cancellationToken);
        }
    }

    /// <summary>Changes the value of a present key in place by a struct functor, unless the shard's lock cannot be
    /// taken in time.</summary>
    /// <typeparam name="TUpdater">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="updater">Changes the value. Receives the changes that the call makes to it.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait, <see
    /// cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was changed, the key was absent, or the wait ended first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryUpdate<TUpdater>(
        ReadOnlySpan<byte> key, ref TUpdater updater, TimeSpan timeout, CancellationToken cancellationToken = default)
        where TUpdater : struct, IValueUpdater<TValue>
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.TryUpdate(
                KeyBytes.Present(bytes, key.Length, buffer, _seed), ref updater, timeout, cancellationToken);
        }
    }

    /// <summary>Removes an entry, unless the shard's lock cannot be taken in time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if no entry was removed.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait, <see
    /// cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was removed, its key was absent, or the wait ended first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryRemove(
        ReadOnlySpan<byte> key, out TValue value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.TryRemove(
                KeyBytes.Present(bytes, key.Length, buffer, _seed), out value, timeout, cancellationToken);
        }
    }
}
