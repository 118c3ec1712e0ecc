using System.Runtime.CompilerServices;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardCache
{
    /// <summary>Replaces the value of a key if it has given bytes (compare and swap). The entry keeps the time at which
    /// it expires.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The bytes to store, which are copied.</param>
    /// <param name="comparisonValue">The bytes that the current value is compared with.</param>
    /// <returns>Whether the value was replaced. It is not if the record of the entry would have more than <see
    /// cref="MaxEntryBytes"/>; the entry then stays as it is, and the call is counted (<see
    /// cref="ShardCacheStatistics.Refused"/> ).</returns>
    /// <remarks>Compares and copies under the lock of the shard, and evicts as many entries as the record
    /// needs.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the record. Entries may have
    /// been evicted.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<char> key, ReadOnlySpan<byte> newValue, ReadOnlySpan<byte> comparisonValue)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Update(text.Key, newValue, comparisonValue);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryUpdate(string key, ReadOnlySpan<byte> newValue, ReadOnlySpan<byte> comparisonValue)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryUpdate(key.AsSpan(), newValue, comparisonValue);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> newValue, ReadOnlySpan<byte> comparisonValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Update(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, comparisonValue);
        }
    }

    /// <summary>Removes the entry of a key, and copies its value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value. Must not overlap the key.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <returns>Whether the key was present, its entry had not expired, and it was removed. If this is <see
    /// langword="false"/> and <paramref name="length"/> is not -1, the destination is too short: nothing was copied,
    /// and the entry stays.</returns>
    /// <remarks>Copies under the lock of the shard.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<char> key, Span<byte> destination, out int length)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Remove(text.Key, destination, out length);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, Span{byte}, out int)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryRemove(string key, Span<byte> destination, out int length)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan(), destination, out length);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, Span{byte}, out int)"/>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key, Span<byte> destination, out int length)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Remove(KeyBytes.Present(bytes, key.Length, buffer, _seed), destination, out length);
        }
    }

    private bool Update(RecordKey key, ReadOnlySpan<byte> newValue, ReadOnlySpan<byte> comparisonValue)
    {
        if (IsRefused(key, newValue))
        {
            return false;
        }

        fixed (byte* place = newValue, other = comparisonValue)
        {
            _cache.AwaitCompaction(key, BlobStore<RecordKey, BlobRef>.BytesOf(key.Length, newValue.Length));
            CacheOperation<BlobRef, BlobCompareOperation> operation = _cache.Keeping(
                new BlobCompareOperation(
                    BlobRef.Present(place, newValue.Length), BlobRef.Present(other, comparisonValue.Length)));
            _cache.WriteLocked(key, ref operation);
            return operation.Inner.Done;
        }
    }

    private bool Remove(RecordKey key, Span<byte> destination, out int length)
    {
        fixed (byte* place = destination)
        {
            CacheOperation<BlobRef, BlobRemoveOperation> operation =
                _cache.Keeping(new BlobRemoveOperation(new BlobCopy(place, destination.Length), needsBytes: true));
            _cache.WriteLocked(key, ref operation);
            length = operation.Inner.Copy.Length;
            return operation.Inner.Done;
        }
    }
}
