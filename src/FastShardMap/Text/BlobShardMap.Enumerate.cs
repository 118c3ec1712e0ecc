using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMap
{
    /// <summary>Returns an enumerator of the entries. Other threads may use the map during the enumeration.</summary>
    /// <returns>A struct enumerator. Dispose it (as foreach does) to return its buffer.</returns>
    /// <remarks>The enumeration is weakly consistent, as that of <see cref="ShardMap{TKey, TValue,
    /// THasher}.GetEnumerator"/>: an entry that is present throughout is returned exactly once, with a value that it
    /// had at some moment. Keys are copied under the lock, a few groups of slots at a time; each value is read when the
    /// enumerator moves to its key, as by <c>TryGetValue</c>. Allocates one array of at least the length of the longest
    /// value.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Enumerates the entries of a map; see <see cref="GetEnumerator"/>. The enumerator itself is not
    /// thread-safe.</summary>
    /// <remarks>A copy shares the buffers of the original. Once one of them has moved on, the current entry of the
    /// other may have another content.</remarks>
    public struct Enumerator : IDisposable
    {
        private readonly BlobShardMap _map;
        private ShardMap<RecordKey, BlobRef, RecordKeyHasher>.Enumerator _entries;
        private byte[] _value;
        private int _length;
        private long _version;

        internal Enumerator(BlobShardMap map)
        {
            _map = map;
            _entries = map._map.GetEnumerator();
            _value = [];
        }

        /// <summary>The current entry, valid until the next move. Default before the first and after the last
        /// successful <see cref="MoveNext"/>.</summary>
        public readonly BlobEntry Current =>
            new(_entries.Current.Key, LongKey, _value.AsSpan(0, _length), _version);

        private readonly ReadOnlySpan<byte> LongKey => _entries.Current.Key.IsLong ? _entries.LongKeyBytes : default;

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
        /// <exception cref="InvalidOperationException">A copy of this enumerator has moved on or is
        /// disposed.</exception>
        public bool MoveNext()
        {
            while (_entries.MoveNext())
            {
                if (TryReadValue())
                {
                    return true;
                }
            }

            _length = 0;
            return false;
        }

        /// <summary>Ends the enumeration, and returns the buffer of the keys to the shared pool.</summary>
        public void Dispose() => _entries.Dispose();

        // The entry may have been removed since its key was copied, and its value may have become longer.
        private bool TryReadValue()
        {
            RecordKey key = _entries.Current.Key;
            byte* buffer = stackalloc byte[RecordKey.BufferBytes];
            fixed (byte* longKey = LongKey)
            {
                RecordKey presented =
                    key.IsLong ? KeyBytes.Present(longKey, key.LongLength, buffer, _map._seed) : key;
                while (!_map.TryRead(presented, _value, out _length, out _version))
                {
                    if (_length < 0)
                    {
                        _length = 0;
                        return false;
                    }

                    _value = new byte[Math.Min(Math.Max(_length, 2L * _value.Length), BlobRef.MaxBytes)];
                }
            }

            return true;
        }
    }
}
