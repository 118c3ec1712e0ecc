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
        return TryRead(text.Key, destination, out length);
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
            return TryRead(KeyBytes.Present(bytes, key.Length, buffer, _seed), destination, out length);
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
        return TryWriteTo(text.Key, destination);
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
            return TryWriteTo(KeyBytes.Present(bytes, key.Length, buffer, _seed), destination);
        }
    }

    /// <summary>Determines whether a key is present, without marking its entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <remarks>Lock-free as the lookups of <see cref="ShardCache{TKey, TValue, THasher}"/>. The call is not counted.
    /// Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool ContainsKey(ReadOnlySpan<char> key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _cache.ContainsKey(text.Key);
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
            return _cache.ContainsKey(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    private bool TryRead(RecordKey key, Span<byte> destination, out int length)
    {
        bool copied = TryCopy(key, destination, marks: true, out length);
        _cache.CountRead(length >= 0);
        return copied;
    }

    private bool TryCopy(RecordKey key, Span<byte> destination, bool marks, out int length)
    {
        fixed (byte* place = destination)
        {
            BlobCopy copy = new(place, destination.Length);
            _cache.TryReadBlob(key, ref copy, marks);
            length = copy.Length;
            return copy.IsComplete;
        }
    }

    private bool TryWriteTo(RecordKey key, IBufferWriter<byte> destination)
    {
        Span<byte> span = default;
        int length;
        bool marks = true; // one use, however often the value becomes longer in the meantime
        while (!TryCopy(key, span, marks, out length))
        {
            if (length < 0)
            {
                _cache.CountRead(found: false);
                return false;
            }

            marks = false;
            span = BlobOutput.SpanFor(destination, length, span.Length);
        }

        _cache.CountRead(found: true);
        if (length > 0)
        {
            destination.Advance(length);
        }

        return true;
    }
}
