using System.Collections;
using FastShardMap.Layout;
using FastShardMap.Snapshots;

namespace FastShardMap;

public partial class ShardMapSnapshot<TKey, TValue, THasher>
{
    /// <summary>Enumerates the entries.</summary>
    /// <returns>A struct enumerator.</returns>
    /// <remarks>Returns every entry once, in no particular order. Takes no lock, and allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public Enumerator GetEnumerator()
    {
        ThrowIfDisposed();
        return new Enumerator(this);
    }

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Copies all entries to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <remarks>Takes no lock. Allocates only the array.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The map has more entries than an array can hold.</exception>
    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        KeyValuePair<TKey, TValue>[] entries = new KeyValuePair<TKey, TValue>[Count];
        int copied = 0;
        foreach (KeyValuePair<TKey, TValue> item in this)
        {
            entries[copied++] = item;
        }

        return entries;
    }

    /// <summary>Enumerates the entries of a snapshot. The enumerator itself is not thread-safe. Copies are independent
    /// of each other.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly ShardMapSnapshot<TKey, TValue, THasher> _snapshot;
        private int _shard;
        private int _slot;
        private ulong _group;
        private KeyValuePair<TKey, TValue> _current;

        internal Enumerator(ShardMapSnapshot<TKey, TValue, THasher> snapshot) => _snapshot = snapshot;

        /// <summary>The current entry; default before the first and after the last successful
        /// <see cref="MoveNext"/>.</summary>
        public readonly KeyValuePair<TKey, TValue> Current => _current;

        /// <inheritdoc/>
        readonly object IEnumerator.Current => _current;

        /// <summary>Moves to the next entry.</summary>
        /// <returns><see langword="false"/> if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The snapshot has been disposed.</exception>
        public bool MoveNext()
        {
            while (_snapshot is not null && _shard < _snapshot._tables.Length)
            {
                TableRef table = _snapshot._tables[_shard];
                if (!table.IsNone && FrozenTable<TKey, TValue>.TryCopyNext(table, ref _group, ref _slot, out _current))
                {
                    _snapshot.ThrowIfDisposed(); // after the copy, because the memory may have been given back
                    GC.KeepAlive(_snapshot);
                    return true;
                }

                _snapshot.ThrowIfDisposed();
                (_shard, _group, _slot) = (_shard + 1, 0, 0);
            }

            _current = default;
            return false;
        }

        /// <summary>Restarts the enumeration.</summary>
        public void Reset() => (_shard, _slot, _group, _current) = (0, 0, 0, default);

        /// <summary>Does nothing, because the enumerator owns no resources.</summary>
        public readonly void Dispose()
        {
        }
    }
}
