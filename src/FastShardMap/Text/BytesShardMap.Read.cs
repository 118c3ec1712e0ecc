using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class BytesShardMap<TValue>
{
    /// <summary>Gets or sets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">The property is retrieved, and the key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The property is set from a callback of this map.</exception>
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
                _map[KeyBytes.Present(bytes, key.Length, buffer, _seed)] = value;
            }
        }
    }

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, never torn; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as described for the type. Allocates nothing. May be called from callbacks.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, out TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.TryGetValue(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
        }
    }

    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as described for the type. Allocates nothing. May be called from callbacks.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool ContainsKey(ReadOnlySpan<byte> key)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.ContainsKey(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }
}
