using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class AuditedBytesShardMap<TValue>
{
    /// <summary>Adds an entry if its key is absent. The operation is recorded as an addition or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryAdd(ReadOnlySpan<byte> key, TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryAdd(KeyBytes.Present(bytes, key.Length, buffer, _seed), value);
        }
    }

    /// <summary>Replaces the value of a key if it equals a given value (compare and swap). The operation is recorded as
    /// an update or a refused write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryUpdate(TKey, TValue, TValue)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<byte> key, TValue newValue, TValue comparisonValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryUpdate(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, comparisonValue);
        }
    }

    /// <summary>Removes an entry (load and delete). The operation is recorded as a removal or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key, out TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryRemove(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
        }
    }
}
