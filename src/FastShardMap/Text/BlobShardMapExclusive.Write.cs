using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMapExclusive
{
    /// <summary>Stores a value, whether the key is present or not.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value, which are copied. Up to 1,073,741,824 bytes.</param>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public void Set(ReadOnlySpan<char> key, ReadOnlySpan<byte> value)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        Store(text.Key, value);
    }

    /// <inheritdoc cref="Set(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public void Set(string key, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Set(key.AsSpan(), value);
    }

    /// <inheritdoc cref="Set(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    [SkipLocalsInit]
    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            Store(KeyBytes.Present(bytes, key.Length, buffer, _seed), value);
        }
    }

    /// <summary>Adds an entry if its key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value, which are copied. Up to 1,073,741,824 bytes.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public bool TryAdd(ReadOnlySpan<char> key, ReadOnlySpan<byte> value)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Add(text.Key, value);
    }

    /// <inheritdoc cref="TryAdd(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryAdd(string key, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryAdd(key.AsSpan(), value);
    }

    /// <inheritdoc cref="TryAdd(ReadOnlySpan{char}, ReadOnlySpan{byte})"/>
    [SkipLocalsInit]
    public bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Add(KeyBytes.Present(bytes, key.Length, buffer, _seed), value);
        }
    }

    /// <summary>Replaces the value of a key if it has given bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The bytes to store.</param>
    /// <param name="comparisonValue">The bytes that the current value is compared with.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<char> key, ReadOnlySpan<byte> newValue, ReadOnlySpan<byte> comparisonValue)
    {
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
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
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Update(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, comparisonValue);
        }
    }

    /// <summary>Replaces the value of a key if it has a given version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The bytes to store.</param>
    /// <param name="version">The version that <c>TryGetValue</c> returned.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<char> key, ReadOnlySpan<byte> newValue, long version)
    {
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Update(text.Key, newValue, version);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, long)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryUpdate(string key, ReadOnlySpan<byte> newValue, long version)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryUpdate(key.AsSpan(), newValue, version);
    }

    /// <inheritdoc cref="TryUpdate(ReadOnlySpan{char}, ReadOnlySpan{byte}, long)"/>
    [SkipLocalsInit]
    public bool TryUpdate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> newValue, long version)
    {
        BlobRef.ThrowIfTooLong(newValue.Length, nameof(newValue));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Update(KeyBytes.Present(bytes, key.Length, buffer, _seed), newValue, version);
        }
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<char> key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Remove(text.Key);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryRemove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan());
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char})"/>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Remove(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    /// <summary>Removes an entry if its value has a given version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">The version that <c>TryGetValue</c> returned.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<char> key, long version)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Remove(text.Key, version);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, long)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryRemove(string key, long version)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryRemove(key.AsSpan(), version);
    }

    /// <inheritdoc cref="TryRemove(ReadOnlySpan{char}, long)"/>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key, long version)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Remove(KeyBytes.Present(bytes, key.Length, buffer, _seed), version);
        }
    }

    /// <summary>Removes an entry, and copies its value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <returns>Whether the key was present and was removed. If this is <see langword="false"/> and
    /// <paramref name="length"/> is not -1, the destination is too short; nothing is copied, and the entry
    /// stays.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
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

    private void Store(RecordKey key, ReadOnlySpan<byte> value)
    {
        fixed (byte* place = value)
        {
            BlobStoreOperation operation = new(BlobRef.Present(place, value.Length));
            _phase.Write(nameof(Set), key, ref operation);
        }
    }

    private bool Add(RecordKey key, ReadOnlySpan<byte> value)
    {
        fixed (byte* place = value)
        {
            BlobAddOperation operation = new(BlobRef.Present(place, value.Length));
            _phase.Write(nameof(TryAdd), key, ref operation);
            return operation.Added;
        }
    }

    private bool Update(RecordKey key, ReadOnlySpan<byte> newValue, ReadOnlySpan<byte> comparisonValue)
    {
        fixed (byte* place = newValue, other = comparisonValue)
        {
            BlobCompareOperation operation =
                new(BlobRef.Present(place, newValue.Length), BlobRef.Present(other, comparisonValue.Length));
            _phase.Write(nameof(TryUpdate), key, ref operation);
            return operation.Done;
        }
    }

    private bool Update(RecordKey key, ReadOnlySpan<byte> newValue, long version)
    {
        fixed (byte* place = newValue)
        {
            BlobVersionOperation operation =
                new(BlobRef.Present(place, newValue.Length), version, EntryAction.Replace);
            _phase.Write(nameof(TryUpdate), key, ref operation);
            return operation.Done;
        }
    }

    private bool Remove(RecordKey key)
    {
        BlobRemoveOperation operation = new(default, needsBytes: false);
        _phase.Write(nameof(TryRemove), key, ref operation);
        return operation.Done;
    }

    private bool Remove(RecordKey key, long version)
    {
        BlobVersionOperation operation = new(default, version, EntryAction.Remove);
        _phase.Write(nameof(TryRemove), key, ref operation);
        return operation.Done;
    }

    private bool Remove(RecordKey key, Span<byte> destination, out int length)
    {
        fixed (byte* place = destination)
        {
            BlobRemoveOperation operation = new(new BlobCopy(place, destination.Length), needsBytes: true);
            _phase.Write(nameof(TryRemove), key, ref operation);
            length = operation.Copy.Length;
            return operation.Done;
        }
    }
}
