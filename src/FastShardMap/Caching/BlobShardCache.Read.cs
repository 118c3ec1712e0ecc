using System.Buffers;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardCache
{
    /// <summary>Copies the value of a key, and marks its entry as used.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value. Must not overlap the key. Other content of it is
    /// unspecified afterwards, whatever the call returns.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <returns>Whether the key is present, its entry has not expired, and its value was copied, never torn. If this is
    /// <see langword="false"/> and <paramref name="length"/> is not -1, the destination is too short.</returns>
    /// <remarks>Lock-free unless writers interfere with 32 attempts in a row, or with two if the value has 4,096 bytes
    /// or more; the call then takes the lock of the shard. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, Span<byte> destination, out int length)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return TryRead(text.Key, destination, out length, out _);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, Span<byte> destination, out int length)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), destination, out length);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int)"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, Span<byte> destination, out int length)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return TryRead(KeyBytes.Present(bytes, key.Length, buffer, _seed), destination, out length, out _);
        }
    }

    /// <summary>Writes the value of a key to a buffer writer, and marks its entry as used.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value, never torn. It is advanced once, by the length of the
    /// value, and not at all if the key is absent or the value is empty.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <remarks>The writer is asked for room while no lock is held. Lock-free unless writers interfere with 32 attempts
    /// in a row, or with two if the value has 4,096 bytes or more; the call then takes the lock of the shard. Allocates
    /// nothing itself.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The writer returned a shorter span than it was asked
    /// for.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return TryReadTo(text.Key, destination, out _);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), destination);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte})"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return TryReadTo(KeyBytes.Present(bytes, key.Length, buffer, _seed), destination, out _);
        }
    }

    /// <summary>Copies the value of a key, gets the time until its entry expires, and marks the entry as
    /// used.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value. Must not overlap the key. Other content of it is
    /// unspecified afterwards, whatever the call returns.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <param name="remaining">The time until the entry expires; <see cref="Timeout.InfiniteTimeSpan"/> if it never
    /// does, and zero if the key is absent.</param>
    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int)" path="/returns"/>
    /// <remarks>As for <see cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int)"/>. A program can store an entry
    /// anew before it expires, if little of its time is left.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, Span<byte> destination, out int length, out TimeSpan remaining)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        bool copied = TryRead(text.Key, destination, out length, out uint expiry);
        remaining = _cache.RemainingOf(length >= 0, expiry);
        return copied;
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int, out TimeSpan)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, Span<byte> destination, out int length, out TimeSpan remaining)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), destination, out length, out remaining);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int, out TimeSpan)"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, Span<byte> destination, out int length, out TimeSpan remaining)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            RecordKey presented = KeyBytes.Present(bytes, key.Length, buffer, _seed);
            bool copied = TryRead(presented, destination, out length, out uint expiry);
            remaining = _cache.RemainingOf(length >= 0, expiry);
            return copied;
        }
    }

    /// <summary>Writes the value of a key to a buffer writer, gets the time until its entry expires, and marks the
    /// entry as used.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value, never torn. It is advanced once, by the length of the
    /// value, and not at all if the key is absent or the value is empty.</param>
    /// <param name="remaining">The time until the entry expires; <see cref="Timeout.InfiniteTimeSpan"/> if it never
    /// does, and zero if the key is absent.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <remarks>As for <see cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte})"/>. A program can store an entry
    /// anew before it expires, if little of its time is left.</remarks>
    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte})" path="/exception"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, IBufferWriter<byte> destination, out TimeSpan remaining)
    {
        ArgumentNullException.ThrowIfNull(destination);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        bool found = TryReadTo(text.Key, destination, out uint expiry);
        remaining = _cache.RemainingOf(found, expiry);
        return found;
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte}, out TimeSpan)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, IBufferWriter<byte> destination, out TimeSpan remaining)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), destination, out remaining);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte}, out TimeSpan)"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, IBufferWriter<byte> destination, out TimeSpan remaining)
    {
        ArgumentNullException.ThrowIfNull(destination);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            bool found =
                TryReadTo(KeyBytes.Present(bytes, key.Length, buffer, _seed), destination, out uint expiry);
            remaining = _cache.RemainingOf(found, expiry);
            return found;
        }
    }

    /// <summary>Copies a value, marks its entry, and counts the lookup.</summary>
    private bool TryRead(RecordKey key, Span<byte> destination, out int length, out uint expiry)
    {
        bool copied = TryCopy(key, destination, marks: true, out length, out expiry);
        _cache.CountRead(length >= 0);
        return copied;
    }

    /// <summary>Writes a value, marks its entry, and counts the lookup.</summary>
    private bool TryReadTo(RecordKey key, IBufferWriter<byte> destination, out uint expiry)
    {
        bool found = TryWriteTo(key, destination, marks: true, out expiry);
        _cache.CountRead(found);
        return found;
    }

    private bool TryCopy(RecordKey key, Span<byte> destination, bool marks, out int length, out uint expiry)
    {
        fixed (byte* place = destination)
        {
            BlobCopy copy = new(place, destination.Length);
            _cache.TryReadBlob(key, ref copy, marks, out expiry);
            length = copy.Length;
            return copy.IsComplete;
        }
    }

    private bool TryWriteTo(RecordKey key, IBufferWriter<byte> destination, bool marks, out uint expiry)
    {
        Span<byte> span = default;
        int length;
        while (!TryCopy(key, span, marks, out length, out expiry))
        {
            if (length < 0)
            {
                return false;
            }

            marks = false; // one use, however often the value becomes longer in the meantime
            span = BlobOutput.SpanFor(destination, length, span.Length);
        }

        if (length > 0)
        {
            destination.Advance(length);
        }

        return true;
    }
}
