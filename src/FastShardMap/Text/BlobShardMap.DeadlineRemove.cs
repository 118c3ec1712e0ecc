using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMap
{
    /// <summary>Removes an entry, unless the shard's lock cannot be taken in time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was removed, its key was absent, or the wait ended first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>. The time limit
    /// is for the wait: the copy of a long value comes after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryRemove(
        ReadOnlySpan<char> key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Remove(text.Key, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, TimeSpan, CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public DeadlineResult TryRemove(string key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan(), timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, TimeSpan, CancellationToken)"/>
    [SkipLocalsInit]
    public DeadlineResult TryRemove(
        ReadOnlySpan<byte> key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Remove(KeyBytes.Present(bytes, key.Length, buffer, _seed), timeout, cancellationToken);
        }
    }

    /// <summary>Removes an entry, and copies its value, unless the shard's lock cannot be taken in time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value.</param>
    /// <param name="length">The length of the value; -1 if the key is absent, or if the wait ended first.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was removed, the wait ended first, or neither: then the key is absent, or, if
    /// <paramref name="length"/> is not -1, the destination is too short, nothing is copied, and the entry
    /// stays.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>. The time limit
    /// is for the wait: the copy of a long value comes after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryRemove(
        ReadOnlySpan<char> key,
        Span<byte> destination,
        out int length,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Remove(text.Key, destination, out length, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, Span{byte}, out int, TimeSpan, CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public DeadlineResult TryRemove(
        string key,
        Span<byte> destination,
        out int length,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan(), destination, out length, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, Span{byte}, out int, TimeSpan, CancellationToken)"/>
    [SkipLocalsInit]
    public DeadlineResult TryRemove(
        ReadOnlySpan<byte> key,
        Span<byte> destination,
        out int length,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Remove(
                KeyBytes.Present(bytes, key.Length, buffer, _seed),
                destination,
                out length,
                timeout,
                cancellationToken);
        }
    }

    /// <summary>Removes an entry if its value has a given version, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">The version that <c>TryGetValue</c> returned.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was removed, its key was absent or had another version, or the wait ended
    /// first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>. The time limit
    /// is for the wait: the copy of a long value comes after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryRemove(
        ReadOnlySpan<char> key, long version, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Remove(text.Key, version, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, long, TimeSpan, CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public DeadlineResult TryRemove(
        string key, long version, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan(), version, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, long, TimeSpan, CancellationToken)"/>
    [SkipLocalsInit]
    public DeadlineResult TryRemove(
        ReadOnlySpan<byte> key, long version, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Remove(KeyBytes.Present(bytes, key.Length, buffer, _seed), version, timeout, cancellationToken);
        }
    }

    private DeadlineResult Remove(RecordKey key, TimeSpan timeout, CancellationToken cancellationToken)
    {
        BlobRemoveOperation operation = new(default, needsBytes: false);
        DeadlineResult result = _map.TryWrite(key, ref operation, timeout, cancellationToken);
        return Applied(result, operation.Done);
    }

    private DeadlineResult Remove(
        RecordKey key,
        Span<byte> destination,
        out int length,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        fixed (byte* place = destination)
        {
            BlobRemoveOperation operation = new(new BlobCopy(place, destination.Length), needsBytes: true);
            DeadlineResult result = _map.TryWrite(key, ref operation, timeout, cancellationToken);
            length = operation.Copy.Length;
            return Applied(result, operation.Done);
        }
    }

    private DeadlineResult Remove(
        RecordKey key, long version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        BlobVersionOperation operation = new(default, version, EntryAction.Remove);
        DeadlineResult result = _map.TryWrite(key, ref operation, timeout, cancellationToken);
        return Applied(result, operation.Done);
    }
}
