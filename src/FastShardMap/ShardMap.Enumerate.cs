using System.Collections;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Enumerates the entries while other threads go on.</summary>
    /// <returns>A struct enumerator; dispose it (foreach does) to return its buffer.</returns>
    /// <remarks>Weakly consistent: an entry present throughout the enumeration is returned exactly once, with a value it
    /// had at some moment, also while the map grows, shrinks or is trimmed; one added, changed or removed meanwhile may
    /// or may not show it. Holds one shard's lock for a few groups at a time. Allocates nothing once the shared array
    /// pool is warm.</remarks>
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
    /// <remarks>Holds the locks of all shards; reads go on. Allocates the array and nothing else.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">More entries than an array can hold.</exception>
    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        KeyValuePair<TKey, TValue>[] entries = _shards.ToArray();
        GC.KeepAlive(this);
        return entries;
    }

    /// <summary>Copies all entries, as of one instant, to a span.</summary>
    /// <param name="destination">Receives the entries, in no particular order, from its start; the rest is left alone.</param>
    /// <returns>How many entries were copied.</returns>
    /// <remarks>Holds the locks of all shards; reads go on. Allocates nothing.</remarks>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; nothing is copied.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    public long CopyTo(Span<KeyValuePair<TKey, TValue>> destination)
    {
        long copied = _shards.CopyTo(destination);
        GC.KeepAlive(this);
        return copied >= 0
            ? copied
            : throw new ArgumentException($"The map has {~copied} entries; the span takes {destination.Length}.", nameof(destination));
    }

    /// <summary>Enumerates a map; see <see cref="ShardMap{TKey, TValue, THasher}.GetEnumerator"/>. Not thread-safe itself.</summary>
    /// <remarks>A copy shares the buffer of the original: once one of the two has moved on past what the buffer holds, or
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

        /// <summary>The entry that the last successful <see cref="MoveNext"/> moved to; default before and after.</summary>
        public readonly KeyValuePair<TKey, TValue> Current => _current;

        /// <inheritdoc/>
        readonly object IEnumerator.Current => _current;

        /// <summary>Moves to the next entry.</summary>
        /// <returns>False if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The map has been disposed meanwhile.</exception>
        /// <exception cref="InvalidOperationException">Called from a callback of this map, or a copy of this enumerator has
        /// moved on or is disposed.</exception>
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

        /// <summary>Starts again from the beginning.</summary>
        public void Reset()
        {
            Release();
            (_shard, _position) = (0, 0);
        }

        /// <summary>Returns the enumerator's buffer to the shared pool. The enumeration is over.</summary>
        public void Dispose()
        {
            Release();
            _shard = _map?._shards.ShardCount ?? 0;
        }

        private static void ThrowCopied() =>
            throw new InvalidOperationException("A copy of this enumerator has moved on or is disposed; the two share a buffer.");

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
