using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class AuditedTextShardMap<TValue>
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
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public TValue this[ReadOnlySpan<char> key]
    {
        get => TryGetValue(key, out TValue value) ? value : throw MapErrors.KeyNotFound(KeyOutput.Describe(key));

        [SkipLocalsInit]
        set
        {
            byte* buffer = stackalloc byte[KeyText.BufferBytes];
            using KeyText text = new(key, buffer, _seed);
            _operations.Set(text.Key, value);
        }
    }

    /// <inheritdoc cref="this[ReadOnlySpan{char}]"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue this[string key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            return this[key.AsSpan()];
        }

        set
        {
            ArgumentNullException.ThrowIfNull(key);
            this[key.AsSpan()] = value;
        }
    }

    /// <inheritdoc cref="this[ReadOnlySpan{char}]"/>
    public TValue this[ReadOnlySpan<byte> key]
    {
        get => TryGetValue(key, out TValue value)
            ? value
            : throw MapErrors.KeyNotFound(KeyOutput.Describe(Wtf8.Decode(key)));

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
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, out TValue value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _operations.TryGetValue(text.Key, out value);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, out TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, out TValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), out value);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, out TValue)"/>
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
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool ContainsKey(ReadOnlySpan<char> key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _operations.ContainsKey(text.Key);
    }

    /// <inheritdoc cref="ContainsKey(ReadOnlySpan{char})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool ContainsKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ContainsKey(key.AsSpan());
    }

    /// <inheritdoc cref="ContainsKey(ReadOnlySpan{char})"/>
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
