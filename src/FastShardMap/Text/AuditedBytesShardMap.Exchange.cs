using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class AuditedBytesShardMap<TValue>
{
    /// <summary>Adds an entry whose key must be absent. The operation is recorded as an addition or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key is present, and its value is unchanged; or the key has more than
    /// 32,766 bytes.</exception>
    public void Add(ReadOnlySpan<byte> key, TValue value)
    {
        if (!TryAdd(key, value))
        {
            throw MapErrors.KeyPresent(KeyOutput.Describe(key));
        }
    }

    /// <summary>Replaces the value of a key (swap). The operation is recorded as an update or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The replaced value; default if the key is absent.</param>
    /// <returns>Whether the key was present. If it was not, nothing is stored.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryExchange(ReadOnlySpan<byte> key, TValue newValue, out TValue oldValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryExchange(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, out oldValue);
        }
    }

    /// <summary>Removes an entry if its value equals a given value (compare and delete). The operation is recorded as a
    /// removal or a refused write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryRemove(KeyValuePair{TKey, TValue})"/>.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key, TValue comparisonValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            RecordKey presented = KeyBytes.Present(bytes, key.Length, buffer, _seed);
            return _operations.TryRemove(new KeyValuePair<RecordKey, TValue>(presented, comparisonValue));
        }
    }
}
