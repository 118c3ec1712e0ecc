using System.Collections;
using FastShardMap.Layout;
using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>Returns an enumerator of the entries that have not expired. Other threads may use the cache during the
    /// enumeration. It marks no entries.</summary>
    /// <returns>A struct enumerator. Dispose it (as foreach does) to return its buffer.</returns>
    /// <remarks>The enumeration is weakly consistent. An entry that is present throughout is returned exactly once,
    /// with a value that it had at some moment. The enumeration may or may not show entries that are added, changed,
    /// evicted or removed in the meantime. It holds the lock of one shard for a few groups at a time. It allocates
    /// nothing once the shared array pool is warm.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public Enumerator GetEnumerator()
    {
        _shards.ThrowIfDisposed();
        return new Enumerator(this);
    }

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Enumerates the entries of a cache; see <see cref="ShardCache{TKey, TValue, THasher}.GetEnumerator"/>.
    /// The enumerator itself is not thread-safe.</summary>
    /// <remarks>A copy shares the buffer of the original. Once one of them has moved past the content of the buffer, or
    /// is disposed, <see cref="MoveNext"/> of the other throws. Disposing both is harmless.</remarks>
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly ShardCache<TKey, TValue, THasher> _cache;
        private EntryBuffer<TKey, CacheEntry<TValue>>? _buffer;
        private long _ticket;
        private int _count;
        private int _next;
        private int _shard;
        private ulong _position;
        private KeyValuePair<TKey, TValue> _current;

        internal Enumerator(ShardCache<TKey, TValue, THasher> cache) => _cache = cache;

        /// <summary>The current entry; default before the first and after the last successful
        /// <see cref="MoveNext"/>.</summary>
        public readonly KeyValuePair<TKey, TValue> Current => _current;

        /// <inheritdoc/>
        readonly object IEnumerator.Current => _current;

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The cache has been disposed.</exception>
        /// <exception cref="InvalidOperationException">The call comes from a callback of this cache, or a copy of this
        /// enumerator has moved on or is disposed.</exception>
        public bool MoveNext()
        {
            while (true)
            {
                while (_next == _count)
                {
                    if (_cache is null || _shard == _cache._shards.ShardCount)
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

                KeyValuePair<TKey, CacheEntry<TValue>> entry = _buffer.EntryAt(_next++);
                if (_cache.IsAlive(entry.Value.Expiry))
                {
                    _current = new KeyValuePair<TKey, TValue>(entry.Key, entry.Value.Value);
                    return true;
                }
            }
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
            _shard = _cache?._shards.ShardCount ?? 0;
        }

        private static void ThrowCopied() =>
            throw new InvalidOperationException(
                "A copy of this enumerator, which shares its buffer, has moved on or is disposed.");

        private void Refill()
        {
            _next = _count = 0;
            if (_buffer is null)
            {
                _buffer = EntryBuffer<TKey, CacheEntry<TValue>>.Rent(out _ticket);
            }
            else if (!_buffer.TryRenew(ref _ticket))
            {
                ThrowCopied();
            }

            if (!_cache._shards.CopyRange(_shard, ref _position, _buffer))
            {
                _shard++;
                _position = 0;
            }

            _count = _buffer.Count;
            GC.KeepAlive(_cache);
        }

        private void Release()
        {
            _buffer?.Return(_ticket);
            _buffer = null;
            (_next, _count, _current) = (0, 0, default);
        }
    }
}
