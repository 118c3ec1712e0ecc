using System.Collections;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Snapshots;

namespace FastShardMap;

public partial class ShardMapSnapshot<TKey, TValue, THasher>
{
    /// <summary>Enumerates the entries.</summary>
    /// <returns>A struct enumerator.</returns>
    /// <remarks>Every entry once, in no particular order. Takes no lock, allocates nothing.</remarks>
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
    /// <remarks>Takes no lock. Allocates the array and nothing else.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="OutOfMemoryException">More entries than an array can hold.</exception>
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

    /// <summary>Enumerates a snapshot. Not thread-safe itself.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly ShardMapSnapshot<TKey, TValue, THasher> _snapshot;
        private GroupEntries _entries;
        private int _count;
        private int _next;
        private int _shard;
        private ulong _group;
        private KeyValuePair<TKey, TValue> _current;

        internal Enumerator(ShardMapSnapshot<TKey, TValue, THasher> snapshot) => _snapshot = snapshot;

        /// <summary>The entry that the last successful <see cref="MoveNext"/> moved to; default before and after.</summary>
        public readonly KeyValuePair<TKey, TValue> Current => _current;

        /// <inheritdoc/>
        readonly object IEnumerator.Current => _current;

        /// <summary>Moves to the next entry.</summary>
        /// <returns>False if there is none.</returns>
        /// <exception cref="ObjectDisposedException">The snapshot has been disposed meanwhile.</exception>
        public bool MoveNext()
        {
            while (_next == _count)
            {
                if (_snapshot is null || _shard == _snapshot._tables.Length)
                {
                    _current = default;
                    return false;
                }

                _next = _count = 0;
                TableRef table = _snapshot._tables[_shard];
                if (table.IsNone || _group == table.Groups)
                {
                    _snapshot.ThrowIfDisposed();
                    _shard++;
                    _group = 0;
                    continue;
                }

                int copied = FrozenTable<TKey, TValue>.CopyGroup(table, _group++, _entries);
                _snapshot.ThrowIfDisposed();
                GC.KeepAlive(_snapshot);
                _count = copied;
            }

            _current = _entries[_next++];
            return true;
        }

        /// <summary>Starts again from the beginning.</summary>
        public void Reset() => (_count, _next, _shard, _group, _current) = (0, 0, 0, 0, default);

        /// <summary>Does nothing: the enumerator holds nothing.</summary>
        public readonly void Dispose()
        {
        }

        [InlineArray(GroupShape.MaxSlots)]
        private struct GroupEntries
        {
            private KeyValuePair<TKey, TValue> _first;
        }
    }
}
