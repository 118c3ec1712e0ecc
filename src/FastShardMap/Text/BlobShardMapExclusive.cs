using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>A phase in which only one thread may use a map with values of any length. No locks are taken, values are
/// read without a copy, and calls by other threads are detected. <see cref="BlobShardMap.EnterExclusive"/> begins a
/// phase; disposing this object ends it.</summary>
/// <remarks>The rules are those of <see cref="ShardMapExclusive{TKey, TValue, THasher}"/>. If another thread than the
/// one that began the phase calls a member, the member throws <see cref="InvalidOperationException"/> before it does
/// anything. A span that a member returns is in the memory of the map, and is valid until the next write of the phase,
/// or until its end.</remarks>
public sealed unsafe partial class BlobShardMapExclusive : IDisposable
{
    private readonly ShardMapExclusive<RecordKey, BlobRef, RecordKeyHasher> _phase;
    private readonly HashSeed _seed;

    internal BlobShardMapExclusive(ShardMapExclusive<RecordKey, BlobRef, RecordKeyHasher> phase, HashSeed seed)
    {
        _phase = phase;
        _seed = seed;
    }

    /// <summary>The number of entries.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public long Count => _phase.Count;

    /// <summary>Whether the map has no entries.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public bool IsEmpty => _phase.IsEmpty;

    internal ShardMapExclusive<RecordKey, BlobRef, RecordKeyHasher> Inner => _phase;

    /// <summary>Copies all entries to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <remarks>Allocates the array, and one string and one array per entry.</remarks>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">The map has more entries than an array can hold.</exception>
    public KeyValuePair<string, byte[]>[] ToArray()
    {
        // Only this thread may write, so the records stay as they are meanwhile.
        KeyValuePair<string, byte[]>[] entries = Array.ConvertAll(
            _phase.ToArray(),
            static entry => new KeyValuePair<string, byte[]>(
                KeyOutput.StringOf(entry.Key), entry.Value.Bytes.ToArray()));
        GC.KeepAlive(this);
        return entries;
    }

    /// <summary>Ends the phase, so that all threads may use the map again. Further calls have no effect.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    public void Dispose() => _phase.Dispose();

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value; empty if the key is absent. They are in the memory of the
    /// map.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, out ReadOnlySpan<byte> value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Read(text.Key, out value, out _);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, out ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, out ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), out value);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, out ReadOnlySpan{byte})"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Read(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value, out _);
        }
    }

    /// <summary>Gets the value of a key, and its version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value; empty if the key is absent. They are in the memory of the
    /// map.</param>
    /// <param name="version">The version of the value; 0 if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, out ReadOnlySpan<byte> value, out long version)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Read(text.Key, out value, out version);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, out ReadOnlySpan{byte}, out long)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool TryGetValue(string key, out ReadOnlySpan<byte> value, out long version)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetValue(key.AsSpan(), out value, out version);
    }

    /// <inheritdoc cref="TryGetValue(ReadOnlySpan{char}, out ReadOnlySpan{byte}, out long)"/>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out long version)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Read(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value, out version);
        }
    }

    /// <summary>Gets the length of the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="length">The number of bytes; -1 if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetLength(ReadOnlySpan<char> key, out int length)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return ReadLength(text.Key, out length);
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
            return ReadLength(KeyBytes.Present(bytes, key.Length, buffer, _seed), out length);
        }
    }

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

    private bool Read(RecordKey key, out ReadOnlySpan<byte> value, out long version)
    {
        bool found = _phase.TryGetValue(key, out BlobRef blob);
        value = blob.Bytes;
        version = blob.Version;
        return found;
    }

    private bool ReadLength(RecordKey key, out int length)
    {
        bool found = _phase.TryGetValue(key, out BlobRef blob);
        length = found ? (int)blob.Length : -1;
        return found;
    }

    /// <summary>Copies values of the phase.</summary>
    private readonly struct Source(BlobShardMapExclusive phase) : IBlobSource
    {
        private readonly BlobShardMapExclusive _phase = phase;

        // Safety: no user code runs between the lookup and the end of the copy, so the record is live.
        public bool TryCopy(RecordKey key, Span<byte> destination, out int length)
        {
            bool found = _phase.Read(key, out ReadOnlySpan<byte> value, out _);
            length = found ? value.Length : -1;
            bool copied = found && value.TryCopyTo(destination);
            GC.KeepAlive(_phase);
            return copied;
        }
    }
}
