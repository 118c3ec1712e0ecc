using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class BytesShardMap<TValue>
{
    /// <summary>Adds an entry whose key must be absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <remarks>To add a number to a value, see <c>AddDelta</c> of <see
    /// cref="TextShardMapNumberExtensions"/>.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
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

    /// <summary>Replaces the value of a key (swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The replaced value; default if the key is absent.</param>
    /// <returns>Whether the key was present. If it was not, nothing is stored.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryExchange(ReadOnlySpan<byte> key, TValue newValue, out TValue oldValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.TryExchange(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, out oldValue);
        }
    }

    /// <summary>Removes an entry if its value equals a given value (compare and delete).</summary>
    /// <param name="key">The key.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryRemove(KeyValuePair{TKey, TValue})"/>.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key, TValue comparisonValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            RecordKey presented = KeyBytes.Present(bytes, key.Length, buffer, _seed);
            return _map.TryRemove(new KeyValuePair<RecordKey, TValue>(presented, comparisonValue));
        }
    }

    /// <summary>Starts to load the part of the map in which a key is searched first, and does not wait for it. An
    /// operation on the key some 50 to 200 nanoseconds later then finds this memory in the cache.</summary>
    /// <param name="key">The key.</param>
    /// <remarks>The members for many keys do this themselves, and also load the bytes of long keys early. Changes
    /// nothing that can be observed. Does nothing on processors other than x86 and x64. Allocates nothing. May be
    /// called from callbacks.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public void Prefetch(ReadOnlySpan<byte> key)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            _map.Prefetch(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }
}
