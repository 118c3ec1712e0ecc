using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Snapshots;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>A snapshot of all entries of a <see cref="BytesShardMap{TValue}"/> as of one instant. It is immutable, is
/// read without locks, and uses the map's own unmanaged memory.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>The guarantees are those of <see cref="ShardMapSnapshot{TKey, TValue, THasher}"/>. Keys are not copied: the
/// spans of <see cref="BytesEntry{TValue}"/> refer to the memory of the map, and must not be used after the snapshot
/// was disposed. An entry keeps its snapshot alive, and a span does not: it must not be used after the last use of the
/// snapshot and of the entry by the program. All members may be called concurrently from multiple threads.</remarks>
public sealed unsafe class BytesSnapshot<TValue> : IDisposable
    where TValue : unmanaged
{
    private readonly ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> _snapshot;
    private readonly HashSeed _seed;

    internal BytesSnapshot(ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot)
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

    internal ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> Inner => _snapshot;

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="KeyNotFoundException">The key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public TValue this[ReadOnlySpan<byte> key] => TryGetValue(key, out TValue value)
        ? value
        : throw MapErrors.KeyNotFound(KeyOutput.Describe(key), "snapshot");

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, out TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _snapshot.TryGetValue(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
        }
    }

    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
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

    /// <summary>The keys of the snapshot, one after the other.</summary>
    /// <remarks>Allocates an enumerator per enumeration, and one array per key.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public IEnumerable<byte[]> Keys
    {
        get
        {
            ObjectDisposedException.ThrowIf(_snapshot.State.IsDisposed, this);
            return Enumerate(this);

            static IEnumerable<byte[]> Enumerate(BytesSnapshot<TValue> snapshot)
            {
                Enumerator entries = snapshot.GetEnumerator();
                while (entries.MoveNext())
                {
                    yield return entries.Current.KeyToArray();
                }
            }
        }
    }

    /// <summary>The values of the snapshot, one after the other.</summary>
    /// <remarks>Allocates an enumerator per enumeration.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public IEnumerable<TValue> Values => _snapshot.Values;

    /// <summary>Enumerates the entries.</summary>
    /// <returns>A struct enumerator.</returns>
    /// <remarks>Returns every entry once, in no particular order. Takes no lock, and allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public Enumerator GetEnumerator() => new(_snapshot);

    /// <summary>Copies all entries to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <remarks>Takes no lock. Allocates the array and one array per entry.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The snapshot has more entries than an array can hold.</exception>
    public KeyValuePair<byte[], TValue>[] ToArray()
    {
        KeyValuePair<byte[], TValue>[] entries = new KeyValuePair<byte[], TValue>[Count];
        CopyTo(entries);
        return entries;
    }

    /// <summary>Copies all entries to a new dictionary, which compares its keys byte by byte.</summary>
    /// <returns>The dictionary. Its alternate lookup takes a <c>ReadOnlySpan&lt;byte&gt;</c>.</returns>
    /// <remarks>Takes no lock. Allocates the dictionary and one array per entry. The arrays must not be
    /// changed.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The snapshot has more entries than a dictionary can hold.</exception>
    public Dictionary<byte[], TValue> ToDictionary()
    {
        Dictionary<byte[], TValue> entries = new((int)Math.Min(Count, Array.MaxLength), new ByteKeyComparer(_seed));
        foreach (BytesEntry<TValue> entry in this)
        {
            entries.Add(entry.KeyToArray(), entry.Value);
        }

        return entries;
    }

    /// <summary>Releases the memory of the snapshot. Later calls of other members throw
    /// <see cref="ObjectDisposedException"/>; further calls of this method have no effect.</summary>
    /// <remarks>Takes the map's locks one at a time, and holds each of them briefly.</remarks>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    public void Dispose() => _snapshot.Dispose();

    // The span has room for all entries.
    internal long CopyTo(Span<KeyValuePair<byte[], TValue>> destination)
    {
        int copied = 0;
        foreach (BytesEntry<TValue> entry in this)
        {
            destination[copied++] = BytesShardMap<TValue>.PairOf(entry);
        }

        return copied;
    }

    /// <summary>Enumerates the entries of a snapshot. The enumerator itself is not thread-safe.</summary>
    public struct Enumerator
    {
        private readonly SnapshotState _state;
        private ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher>.Enumerator _entries;

        internal Enumerator(ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot)
        {
            _state = snapshot.State;
            _entries = snapshot.GetEnumerator();
        }

        /// <summary>The current entry, valid until the snapshot is disposed. Default before the first and after the
        /// last successful <see cref="MoveNext"/>.</summary>
        public readonly BytesEntry<TValue> Current
        {
            get
            {
                KeyValuePair<RecordKey, TValue> entry = _entries.Current;
                return new BytesEntry<TValue>(entry.Key, KeyOutput.LongBytes(entry.Key), entry.Value, _state);
            }
        }

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The snapshot has been disposed.</exception>
        public bool MoveNext() => _entries.MoveNext();
    }
}
