using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Snapshots;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>A snapshot of all entries of a <see cref="TextShardMap{TValue}"/> as of one instant. It is immutable, is
/// read without locks, and uses the map's own unmanaged memory.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>The guarantees are those of <see cref="ShardMapSnapshot{TKey, TValue, THasher}"/>. Keys are not copied: the
/// spans of <see cref="TextEntry{TValue}"/> refer to the memory of the map, and must not be used after the snapshot was
/// disposed. An entry keeps its snapshot alive, and a span does not: it must not be used after the last use of the
/// snapshot and of the entry by the program. All members may be called concurrently from multiple threads.</remarks>
public sealed unsafe class TextSnapshot<TValue> : IDisposable
    where TValue : unmanaged
{
    private readonly ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> _snapshot;
    private readonly HashSeed _seed;

    internal TextSnapshot(ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot)
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
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public TValue this[ReadOnlySpan<char> key] => TryGetValue(key, out TValue value)
        ? value
        : throw MapErrors.KeyNotFound(KeyOutput.Describe(key), "snapshot");

    /// <inheritdoc cref="this[ReadOnlySpan{char}]"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue this[string key]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(key);
            return this[key.AsSpan()];
        }
    }

    /// <inheritdoc cref="this[ReadOnlySpan{char}]"/>
    public TValue this[ReadOnlySpan<byte> key] => TryGetValue(key, out TValue value)
        ? value
        : throw MapErrors.KeyNotFound(KeyOutput.Describe(Wtf8.Decode(key)), "snapshot");

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<char> key, out TValue value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        fixed (char* chars = key)
        {
            RecordKey presented = KeyText.PresentAscii((ushort*)chars, key.Length, buffer, _seed);
            return presented.IsNone
                ? TryGetEncoded(key, buffer, out value)
                : _snapshot.TryGetValue(presented, out value);
        }
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
            return _snapshot.TryGetValue(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
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

    /// <summary>The keys of the snapshot, one after the other.</summary>
    /// <remarks>Allocates an enumerator per enumeration, and one string per key.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public IEnumerable<string> Keys
    {
        get
        {
            ObjectDisposedException.ThrowIf(_snapshot.State.IsDisposed, this);
            return Enumerate(this);

            static IEnumerable<string> Enumerate(TextSnapshot<TValue> snapshot)
            {
                Enumerator entries = snapshot.GetEnumerator();
                while (entries.MoveNext())
                {
                    yield return entries.Current.KeyToString();
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
    /// <remarks>Takes no lock. Allocates the array and one string per entry.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The snapshot has more entries than an array can hold.</exception>
    public KeyValuePair<string, TValue>[] ToArray()
    {
        KeyValuePair<string, TValue>[] entries = new KeyValuePair<string, TValue>[Count];
        CopyTo(entries);
        return entries;
    }

    /// <summary>Copies all entries to a new dictionary with ordinal keys.</summary>
    /// <returns>The dictionary.</returns>
    /// <remarks>Keys that were passed as bytes and differ only in bytes that are not UTF-8 become the same string, of
    /// which the dictionary has one.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The snapshot has more entries than a dictionary can hold.</exception>
    public Dictionary<string, TValue> ToDictionary()
    {
        Dictionary<string, TValue> entries = new((int)Math.Min(Count, Array.MaxLength), StringComparer.Ordinal);
        foreach (TextEntry<TValue> entry in this)
        {
            entries[entry.KeyToString()] = entry.Value;
        }

        return entries;
    }

    /// <summary>Releases the memory of the snapshot. Later calls of other members throw
    /// <see cref="ObjectDisposedException"/>; further calls of this method have no effect.</summary>
    /// <remarks>Takes the map's locks one at a time, and holds each of them briefly.</remarks>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    public void Dispose() => _snapshot.Dispose();

    // Text that is not ASCII, or longer than 64 characters.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetEncoded(ReadOnlySpan<char> key, byte* buffer, out TValue value)
    {
        using KeyText text = KeyText.Encode(key, buffer, _seed, nameof(key));
        return _snapshot.TryGetValue(text.Key, out value);
    }

    // The span has room for all entries.
    internal long CopyTo(Span<KeyValuePair<string, TValue>> destination)
    {
        int copied = 0;
        foreach (TextEntry<TValue> entry in this)
        {
            destination[copied++] = TextShardMap<TValue>.PairOf(entry);
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
        public readonly TextEntry<TValue> Current
        {
            get
            {
                KeyValuePair<RecordKey, TValue> entry = _entries.Current;
                return new TextEntry<TValue>(entry.Key, KeyOutput.LongBytes(entry.Key), entry.Value, _state);
            }
        }

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The snapshot has been disposed.</exception>
        public bool MoveNext() => _entries.MoveNext();
    }
}
