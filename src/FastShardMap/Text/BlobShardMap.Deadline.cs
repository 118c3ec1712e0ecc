using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMap
{
    /// <summary>Adds an entry if its key is absent, unless the shard's lock cannot be taken in time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value, which are copied. Up to 1,073,741,824 bytes.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was added, its key was present, or the wait ended first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>. The time limit
    /// is for the wait: the copy of a long value comes after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryAdd(
        ReadOnlySpan<char> key,
        ReadOnlySpan<byte> value,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Add(text.Key, value, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan, CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public DeadlineResult TryAdd(
        string key, ReadOnlySpan<byte> value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryAdd(key.AsSpan(), value, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan, CancellationToken)"/>
    [SkipLocalsInit]
    public DeadlineResult TryAdd(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Add(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, timeout, cancellationToken);
        }
    }

    /// <summary>Stores a value, whether the key is present or not, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value, which are copied. Up to 1,073,741,824 bytes.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was stored, or the wait ended first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>. The time limit
    /// is for the wait: the copy of a long value comes after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TrySet(
        ReadOnlySpan<char> key,
        ReadOnlySpan<byte> value,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Store(text.Key, value, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TrySet(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan, CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public DeadlineResult TrySet(
        string key, ReadOnlySpan<byte> value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TrySet(key.AsSpan(), value, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TrySet(ReadOnlySpan{char}, ReadOnlySpan{byte}, TimeSpan, CancellationToken)"/>
    [SkipLocalsInit]
    public DeadlineResult TrySet(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Store(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, timeout, cancellationToken);
        }
    }

    /// <summary>Replaces the value of a key if it has given bytes, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The bytes to store.</param>
    /// <param name="comparisonValue">The bytes that the current value is compared with.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was replaced, the key was absent or had another value, or the wait ended
    /// first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>. The time limit
    /// is for the wait: the copy of a long value comes after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryUpdate(
        ReadOnlySpan<char> key,
        ReadOnlySpan<byte> newValue,
        ReadOnlySpan<byte> comparisonValue,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Update(text.Key, newValue, comparisonValue, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, TimeSpan,
    /// CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public DeadlineResult TryUpdate(
        string key,
        ReadOnlySpan<byte> newValue,
        ReadOnlySpan<byte> comparisonValue,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryUpdate(key.AsSpan(), newValue, comparisonValue, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, TimeSpan,
    /// CancellationToken)"/>
    [SkipLocalsInit]
    public DeadlineResult TryUpdate(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> newValue,
        ReadOnlySpan<byte> comparisonValue,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Update(
                KeyBytes.Present(bytes, key.Length, buffer, _seed),
                newValue,
                comparisonValue,
                timeout,
                cancellationToken);
        }
    }

    /// <summary>Replaces the value of a key if it has a given version, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The bytes to store.</param>
    /// <param name="version">The version that <c>TryGetValue</c> returned.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was replaced, the key was absent or had another version, or the wait ended
    /// first.</returns>
    /// <remarks>A write that was reported as timed out or canceled never happens later; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>. The time limit
    /// is for the wait: the copy of a long value comes after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public DeadlineResult TryUpdate(
        ReadOnlySpan<char> key,
        ReadOnlySpan<byte> newValue,
        long version,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Update(text.Key, newValue, version, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, long, TimeSpan, CancellationToken)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public DeadlineResult TryUpdate(
        string key,
        ReadOnlySpan<byte> newValue,
        long version,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryUpdate(key.AsSpan(), newValue, version, timeout, cancellationToken);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, long, TimeSpan, CancellationToken)"/>
    [SkipLocalsInit]
    public DeadlineResult TryUpdate(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> newValue,
        long version,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Update(
                KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, version, timeout, cancellationToken);
        }
    }

    private DeadlineResult Add(
        RecordKey key, ReadOnlySpan<byte> value, TimeSpan timeout, CancellationToken cancellationToken)
    {
        fixed (byte* place = value)
        {
            BlobAddOperation operation = new(BlobRef.Present(place, value.Length));
            DeadlineResult result = _map.TryWrite(key, ref operation, timeout, cancellationToken);
            return Applied(result, operation.Added);
        }
    }

    private DeadlineResult Store(
        RecordKey key, ReadOnlySpan<byte> value, TimeSpan timeout, CancellationToken cancellationToken)
    {
        fixed (byte* place = value)
        {
            BlobStoreOperation operation = new(BlobRef.Present(place, value.Length));
            return _map.TryWrite(key, ref operation, timeout, cancellationToken);
        }
    }

    private DeadlineResult Update(
        RecordKey key,
        ReadOnlySpan<byte> newValue,
        ReadOnlySpan<byte> comparisonValue,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        fixed (byte* place = newValue, other = comparisonValue)
        {
            BlobCompareOperation operation =
                new(BlobRef.Present(place, newValue.Length), BlobRef.Present(other, comparisonValue.Length));
            DeadlineResult result = _map.TryWrite(key, ref operation, timeout, cancellationToken);
            return Applied(result, operation.Done);
        }
    }

    private DeadlineResult Update(
        RecordKey key,
        ReadOnlySpan<byte> newValue,
        long version,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        fixed (byte* place = newValue)
        {
            BlobVersionOperation operation =
                new(BlobRef.Present(place, newValue.Length), version, EntryAction.Replace);
            DeadlineResult result = _map.TryWrite(key, ref operation, timeout, cancellationToken);
            return Applied(result, operation.Done);
        }
    }

    private static DeadlineResult Applied(DeadlineResult result, bool applied) =>
        ShardMap<RecordKey, BlobRef, RecordKeyHasher>.ResultOf(result, applied);
}
