using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class TextShardMapExclusive<TValue>
{
    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool ContainsKey(ReadOnlySpan<char> key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _phase.ContainsKey(text.Key);
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
            return _phase.ContainsKey(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    /// <summary>Replaces the value of a key (swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The replaced value; default if the key is absent.</param>
    /// <returns>Whether the key was present. If it was not, nothing is stored.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryExchange(ReadOnlySpan<char> key, TValue newValue, out TValue oldValue)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _phase.TryExchange(text.Key, newValue, out oldValue);
    }

    /// <inheritdoc cref="TryExchange(ReadOnlySpan{char}, TValue, out TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryExchange(string key, TValue newValue, out TValue oldValue)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryExchange(key.AsSpan(), newValue, out oldValue);
    }

    /// <inheritdoc cref="TryExchange(ReadOnlySpan{char}, TValue, out TValue)"/>
    [SkipLocalsInit]
    public bool TryExchange(ReadOnlySpan<byte> key, TValue newValue, out TValue oldValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _phase.TryExchange(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, out oldValue);
        }
    }

    /// <summary>Replaces the value of a key if it equals a given value (compare and swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryRemove(KeyValuePair{TKey, TValue})"/>.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<char> key, TValue newValue, TValue comparisonValue)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _phase.TryUpdate(text.Key, newValue, comparisonValue);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, TValue, TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryUpdate(string key, TValue newValue, TValue comparisonValue)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryUpdate(key.AsSpan(), newValue, comparisonValue);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, TValue, TValue)"/>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<byte> key, TValue newValue, TValue comparisonValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _phase.TryUpdate(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, comparisonValue);
        }
    }

    /// <summary>Removes an entry if its value equals a given value (compare and delete).</summary>
    /// <param name="key">The key.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see <see cref="ShardMap{TKey,
    /// TValue, THasher}.TryRemove(KeyValuePair{TKey, TValue})"/>.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<char> key, TValue comparisonValue)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        RecordKey presented = text.Key;
        return _phase.TryRemove(new KeyValuePair<RecordKey, TValue>(presented, comparisonValue));
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryRemove(string key, TValue comparisonValue)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan(), comparisonValue);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, TValue)"/>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key, TValue comparisonValue)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            RecordKey presented = KeyBytes.Present(bytes, key.Length, buffer, _seed);
            return _phase.TryRemove(new KeyValuePair<RecordKey, TValue>(presented, comparisonValue));
        }
    }
}
