using System.Collections;
using System.Runtime.CompilerServices;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Returns an enumerator of the entries. Other threads may use the map during the enumeration.</summary>
    /// <returns>A struct enumerator. Dispose it (as foreach does) to return its buffer.</returns>
    /// <remarks>The enumeration is weakly consistent. An entry that is present throughout is returned exactly once,
    /// with a value that it had at some moment, even if the map grows, shrinks or is trimmed in the meantime. The
    /// enumeration may or may not show entries that are added, changed or removed in the meantime. It holds the lock of
    /// one shard for a few groups at a time. It allocates nothing once the shared array pool is warm.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public Enumerator GetEnumerator()
    {
        _shards.ThrowIfDisposed();
        return new Enumerator(this);
    }

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Copies all entries, as of one instant, to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <remarks>Holds the locks of all shards, while reads continue. Allocates only the array.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The map has more entries than an array can hold.</exception>
    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        KeyValuePair<TKey, TValue>[] entries = _shards.ToArray();
        GC.KeepAlive(this);
        return entries;
    }

    /// <summary>Copies all entries, as of one instant, to a span.</summary>
    /// <param name="destination">Receives the entries, in no particular order, from its start. The rest of the span is
    /// unchanged.</param>
    /// <returns>The number of entries copied.</returns>
    /// <remarks>Holds the locks of all shards, while reads continue. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; nothing is copied.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public long CopyTo(Span<KeyValuePair<TKey, TValue>> destination)
    {
        long copied = _shards.CopyTo(destination);
        GC.KeepAlive(this);
        return copied >= 0
            ? copied
            : throw new ArgumentException(
                $"The map has {~copied} entries, but the span has only {destination.Length} elements.",
                nameof(destination));
    }

    /// <summary>Enumerates the entries of a map; see <see cref="ShardMap{TKey, TValue, THasher}.GetEnumerator"/>. The
    /// enumerator itself is not thread-safe.</summary>
    /// <remarks>A copy shares the buffer of the original. Once one of them has moved past the content of the buffer, or
    /// is disposed, <see cref="MoveNext"/> of the other throws. Disposing both is harmless.</remarks>
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly ShardMap<TKey, TValue, THasher> _map;
        private EntryBuffer<TKey, TValue>? _buffer;
        private long _ticket;
        private int _count;
        private int _next;
        private int _shard;
        private ulong _position;
        private KeyValuePair<TKey, TValue> _current;

        internal Enumerator(ShardMap<TKey, TValue, THasher> map) => _map = map;

        /// <summary>The current entry; default before the first and after the last successful
        /// <see cref="MoveNext"/>.</summary>
        public readonly KeyValuePair<TKey, TValue> Current => _current;

        /// <inheritdoc/>
        readonly object IEnumerator.Current => _current;

        /// <summary>The bytes of the current key, which is long (<see cref="Layout.RecordKey"/>), until the next
        /// move.</summary>
        internal readonly ReadOnlySpan<byte> LongKeyBytes =>
            _buffer!.BytesOf(Unsafe.BitCast<TKey, Layout.RecordKey>(_current.Key));

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
        /// <exception cref="InvalidOperationException">The call comes from a callback of this map, or a copy of this
        /// enumerator has moved on or is disposed.</exception>
        public bool MoveNext()
        {
            while (_next == _count)
            {
                if (_map is null || _shard == _map._shards.ShardCount)
                {
                    _current = default;
                    return false;
                }

                Refill();
            }

            if (!_buffer!.IsOwnedBy(_ticket))
            {
                ThrowCopied();
            }

            _current = _buffer.EntryAt(_next++);
            return true;
        }

        /// <summary>Restarts the enumeration.</summary>
        public void Reset()
        {
            Release();
            (_shard, _position) = (0, 0);
        }

        /// <summary>Ends the enumeration, and returns its buffer to the shared pool.</summary>
        public void Dispose()
        {
            Release();
            _shard = _map?._shards.ShardCount ?? 0;
        }

        private static void ThrowCopied() =>
            throw new InvalidOperationException(
                "A copy of this enumerator, which shares its buffer, has moved on or is disposed.");

        private void Refill()
        {
            _next = _count = 0;
            if (_buffer is null)
            {
                _buffer = EntryBuffer<TKey, TValue>.Rent(out _ticket);
            }
            else if (!_buffer.TryRenew(ref _ticket))
            {
                ThrowCopied();
            }

            if (!_map._shards.CopyRange(_shard, ref _position, _buffer))
            {
                _shard++;
                _position = 0;
            }

            _count = _buffer.Count;
            GC.KeepAlive(_map);
        }

        private void Release()
        {
            _buffer?.Return(_ticket);
            _buffer = null;
            (_next, _count, _current) = (0, 0, default);
        }
    }
}
