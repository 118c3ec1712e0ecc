using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class AuditedBytesShardMap<TValue>
{
    /// <summary>Gets or sets the value of a key. The operation is recorded as a read, or as an addition or
    /// update.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">The property is retrieved, and the key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The property is set from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">The property is set, a shard must grow or needs room for the key, and the
    /// memory cannot be allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public TValue this[ReadOnlySpan<byte> key]
    {
        get => TryGetValue(key, out TValue value)
            ? value
            : throw MapErrors.KeyNotFound(KeyOutput.Describe(key));

        [SkipLocalsInit]
        set
        {
            KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
            byte* buffer = stackalloc byte[RecordKey.BufferBytes];
            fixed (byte* bytes = key)
            {
                _operations.Set(KeyBytes.Present(bytes, key.Length, buffer, _seed), value);
            }
        }
    }

    /// <summary>Gets the value of a key. The operation is recorded as a hit or a miss.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, never torn; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, out TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryGetValue(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
        }
    }

    /// <summary>Determines whether a key is present. The operation is recorded as a hit or a miss.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool ContainsKey(ReadOnlySpan<byte> key)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.ContainsKey(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }
}
