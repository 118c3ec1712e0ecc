using System.Buffers;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMap
{
    /// <summary>Copies the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value. Must not overlap the key. Other content of it is
    /// unspecified afterwards, whatever the call returns.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <returns>Whether the key is present and its value was copied, never torn. If this is <see langword="false"/> and
    /// <paramref name="length"/> is not -1, the destination is too short.</returns>
    /// <remarks>Lock-free unless writers interfere with 32 attempts in a row, or with two if the value has 4,096 bytes
    /// or more; the call then takes the lock of the shard. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
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

    /// <summary>Copies the value of a key, and returns its version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value. Must not overlap the key. Other content of it is
    /// unspecified afterwards, whatever the call returns.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <param name="version">The version of the value, for <c>TryUpdate</c> and <c>TryRemove</c>; 0 if the key is
    /// absent. Every stored value gets another version, even if its bytes are those of the value before.</param>
    /// <returns>Whether the key is present and its value was copied, never torn. If this is <see langword="false"/> and
    /// <paramref name="length"/> is not -1, the destination is too short.</returns>
    /// <remarks>Lock-free unless writers interfere with 32 attempts in a row, or with two if the value has 4,096 bytes
    /// or more; the call then takes the lock of the shard. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, Span<byte> destination, out int length, out long version)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return TryRead(text.Key, destination, out length, out version);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int, out long)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, Span<byte> destination, out int length, out long version)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), destination, out length, out version);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, Span{byte}, out int, out long)"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, Span<byte> destination, out int length, out long version)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return TryRead(KeyBytes.Present(bytes, key.Length, buffer, _seed), destination, out length, out version);
        }
    }

    /// <summary>Writes the value of a key to a buffer writer.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value, never torn. It is advanced once, by the length of the
    /// value, and not at all if the key is absent or the value is empty.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>The writer is asked for room while no lock is held. Lock-free unless writers interfere with 32 attempts
    /// in a row, or with two if the value has 4,096 bytes or more; the call then takes the lock of the shard. Allocates
    /// nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
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

    /// <summary>Gets the length of the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="length">The number of bytes; -1 if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as described for the type; reads no bytes of the value. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetLength(ReadOnlySpan<char> key, out int length)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return TryReadLength(text.Key, out length);
    }

    /// <inheritdoc cref="TryGetLength(ReadOnlySpan{char}, out int)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetLength(string key, out int length)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetLength(key.AsSpan(), out length);
    }

    /// <inheritdoc cref="TryGetLength(ReadOnlySpan{char}, out int)"/>
    [SkipLocalsInit]
    public bool TryGetLength(ReadOnlySpan<byte> key, out int length)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return TryReadLength(KeyBytes.Present(bytes, key.Length, buffer, _seed), out length);
        }
    }

    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Lock-free as described for the type. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool ContainsKey(ReadOnlySpan<char> key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _map.ContainsKey(text.Key);
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
            return _map.ContainsKey(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    private bool TryRead(RecordKey key, Span<byte> destination, out int length, out long version)
    {
        fixed (byte* place = destination)
        {
            BlobCopy copy = new(place, destination.Length);
            ref ShardSet<RecordKey, BlobRef, RecordKeyHasher> shards = ref _map.Shards;
            ulong hash = shards.Hash(key);
            shards.ShardFor(hash).TryReadBlob(key, hash, ref copy, out _);
            GC.KeepAlive(this);
            length = copy.Length;
            version = copy.Version;
            return copy.IsComplete;
        }
    }

    private bool TryReadLength(RecordKey key, out int length)
    {
        bool found = _map.TryGetValue(key, out BlobRef value);
        length = found ? (int)value.Length : -1;
        return found;
    }

    private bool TryWriteTo(RecordKey key, IBufferWriter<byte> destination) =>
        BlobOutput.Write(new Source(this), key, destination) >= 0;

    /// <summary>Copies values, never torn.</summary>
    internal readonly struct Source(BlobShardMap map) : IBlobSource
    {
        private readonly BlobShardMap _map = map;

        public bool TryCopy(RecordKey key, Span<byte> destination, out int length) =>
            _map.TryRead(key, destination, out length, out _);
    }
}
