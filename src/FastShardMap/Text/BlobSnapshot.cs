using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Snapshots;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>A snapshot of all entries of a <see cref="BlobShardMap"/> as of one instant. It is immutable, is read
/// without locks, and uses the map's own unmanaged memory.</summary>
/// <remarks>The guarantees are those of <see cref="ShardMapSnapshot{TKey, TValue, THasher}"/>. Keys and values are not
/// copied: spans refer to the memory of the map, and must not be used after the snapshot was disposed. An entry
/// keeps its snapshot alive, and a span does not: it must not be used after the last use of the snapshot and of the
/// entry by the program. All members may be called concurrently from multiple threads.</remarks>
public sealed unsafe class BlobSnapshot : IDisposable
{
    private readonly ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> _snapshot;
    private readonly HashSeed _seed;

    internal BlobSnapshot(ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> snapshot)
    {
        _snapshot = snapshot;
        _seed = snapshot.Map.Shards.Seed;
    }

    /// <summary>The number of entries.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public long Count => _snapshot.Count;

    /// <summary>Whether the snapshot has no entries.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public bool IsEmpty => _snapshot.IsEmpty;

    internal ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> Inner => _snapshot;

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes of the value; empty if the key is absent. They are in the memory of the snapshot,
    /// and must not be used after the snapshot was disposed.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Wait-free. Copies and allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, out ReadOnlySpan<byte> value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return TryRead(text.Key, out value);
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
            return TryRead(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
        }
    }

    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool ContainsKey(ReadOnlySpan<char> key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _snapshot.ContainsKey(text.Key);
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
            return _snapshot.ContainsKey(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    /// <summary>Enumerates the entries.</summary>
    /// <returns>A struct enumerator.</returns>
    /// <remarks>Returns every entry once, in no particular order. Takes no lock, and allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public Enumerator GetEnumerator() => new(_snapshot);

    /// <summary>Releases the memory of the snapshot. Later calls of other members throw
    /// <see cref="ObjectDisposedException"/>; further calls of this method have no effect.</summary>
    /// <remarks>Takes the map's locks one at a time, and holds each of them briefly.</remarks>
    public void Dispose() => _snapshot.Dispose();

    private bool TryRead(RecordKey key, out ReadOnlySpan<byte> value)
    {
        bool found = _snapshot.TryGetValue(key, out BlobRef blob);
        value = blob.Bytes;
        return found;
    }

    /// <summary>Enumerates the entries of a snapshot. The enumerator itself is not thread-safe.</summary>
    public struct Enumerator
    {
        private readonly SnapshotState _state;
        private ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher>.Enumerator _entries;

        internal Enumerator(ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> snapshot)
        {
            _state = snapshot.State;
            _entries = snapshot.GetEnumerator();
        }

        /// <summary>The current entry, valid until the snapshot is disposed. Default before the first and after the
        /// last successful <see cref="MoveNext"/>.</summary>
        public readonly BlobEntry Current
        {
            get
            {
                (RecordKey key, BlobRef value) = _entries.Current;
                return new BlobEntry(key, KeyOutput.LongBytes(key), value.Bytes, value.Version, _state);
            }
        }

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The snapshot has been disposed.</exception>
        public bool MoveNext() => _entries.MoveNext();
    }
}
