using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BytesShardMap<TValue>
{
    /// <summary>Returns an enumerator of the entries. Other threads may use the map during the enumeration.</summary>
    /// <returns>A struct enumerator. Dispose it (as foreach does) to return its buffer.</returns>
    /// <remarks>The enumeration is weakly consistent, as that of <see cref="ShardMap{TKey, TValue,
    /// THasher}.GetEnumerator"/>: an entry that is present throughout is returned exactly once. It allocates nothing
    /// once the shared array pools are warm.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public Enumerator GetEnumerator() => new(_map.GetEnumerator());

    /// <summary>Enumerates the entries of a map; see <see cref="GetEnumerator"/>. The enumerator itself is not
    /// thread-safe.</summary>
    /// <remarks>A copy shares the buffer of the original. Once one of them has moved past the content of the buffer, or
    /// is disposed, <see cref="MoveNext"/> of the other throws.</remarks>
    public struct Enumerator : IDisposable
    {
        private ShardMap<RecordKey, TValue, RecordKeyHasher>.Enumerator _entries;

        internal Enumerator(ShardMap<RecordKey, TValue, RecordKeyHasher>.Enumerator entries) => _entries = entries;

        /// <summary>The current entry, valid until the next move. Default before the first and after the last
        /// successful <see cref="MoveNext"/>.</summary>
        public readonly BytesEntry<TValue> Current
        {
            get
            {
                KeyValuePair<RecordKey, TValue> entry = _entries.Current;
                ReadOnlySpan<byte> longKey = entry.Key.IsLong ? _entries.LongKeyBytes : default;
                return new BytesEntry<TValue>(entry.Key, longKey, entry.Value);
            }
        }

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
        /// <exception cref="InvalidOperationException">The call comes from a callback of this map, or a copy of this
        /// enumerator has moved on or is disposed.</exception>
        public bool MoveNext() => _entries.MoveNext();

        /// <summary>Ends the enumeration, and returns its buffer to the shared pool.</summary>
        public void Dispose() => _entries.Dispose();
    }
}
