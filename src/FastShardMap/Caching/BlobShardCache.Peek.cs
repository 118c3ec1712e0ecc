using System.Buffers;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

// Lookups that are no uses of their entries.
public sealed unsafe partial class BlobShardCache
{
    /// <summary>Copies the value of a key without marking its entry, so that the call does not make the entry stay
    /// longer. The call is not counted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value. Must not overlap the key. Other content of it is
    /// unspecified afterwards, whatever the call returns.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int)" path="/returns"/>
    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int)" path="/remarks"/>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryPeek(ReadOnlySpan<char> key, Span<byte> destination, out int length)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return TryCopy(text.Key, destination, marks: false, out length, out _);
    }

    /// <inheritdoc cref="TryPeek(ReadOnlySpan{char}, Span{byte}, out int)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryPeek(string key, Span<byte> destination, out int length)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryPeek(key.AsSpan(), destination, out length);
    }

    /// <inheritdoc cref="TryPeek(ReadOnlySpan{char}, Span{byte}, out int)"/>
    [SkipLocalsInit]
    public bool TryPeek(ReadOnlySpan<byte> key, Span<byte> destination, out int length)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            RecordKey presented = KeyBytes.Present(bytes, key.Length, buffer, _seed);
            return TryCopy(presented, destination, marks: false, out length, out _);
        }
    }

    /// <summary>Writes the value of a key to a buffer writer without marking its entry, so that the call does not make
    /// the entry stay longer. The call is not counted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value, never torn. It is advanced once, by the length of the
    /// value, and not at all if the key is absent or the value is empty.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte})" path="/remarks"/>
    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, IBufferWriter{byte})" path="/exception"/>
    [SkipLocalsInit]
    public bool TryPeek(ReadOnlySpan<char> key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return TryWriteTo(text.Key, destination, marks: false, out _);
    }

    /// <inheritdoc cref="TryPeek(ReadOnlySpan{char}, IBufferWriter{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryPeek(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryPeek(key.AsSpan(), destination);
    }

    /// <inheritdoc cref="TryPeek(ReadOnlySpan{char}, IBufferWriter{byte})"/>
    [SkipLocalsInit]
    public bool TryPeek(ReadOnlySpan<byte> key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return TryWriteTo(
                KeyBytes.Present(bytes, key.Length, buffer, _seed), destination, marks: false, out _);
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
        return IsPresent(text.Key);
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
            return IsPresent(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    // By the search that validates records: the record of a present key may be exchanged while it is compared.
    private bool IsPresent(RecordKey key)
    {
        TryCopy(key, default, marks: false, out int length, out _);
        return length >= 0;
    }
}
