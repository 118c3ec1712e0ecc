using System.Collections;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher> : IReadOnlyDictionary<TKey, TValue>
{
    /// <summary>The keys of the map, as a view: it copies nothing and shows what the map has when it is used.</summary>
    /// <remarks>Enumerating the view is weakly consistent, as <see cref="GetEnumerator"/> is. Allocates
    /// nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public KeyCollection Keys
    {
        get
        {
            _shards.ThrowIfDisposed();
            return new KeyCollection(this);
        }
    }

    /// <summary>The values of the map, as a view: it copies nothing and shows what the map has when it is
    /// used.</summary>
    /// <remarks>Enumerating the view is weakly consistent, as <see cref="GetEnumerator"/> is. Allocates
    /// nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueCollection Values
    {
        get
        {
            _shards.ThrowIfDisposed();
            return new ValueCollection(this);
        }
    }

    /// <inheritdoc/>
    IEnumerable<TKey> IReadOnlyDictionary<TKey, TValue>.Keys => Keys;

    /// <inheritdoc/>
    IEnumerable<TValue> IReadOnlyDictionary<TKey, TValue>.Values => Values;

    /// <inheritdoc/>
    int IReadOnlyCollection<KeyValuePair<TKey, TValue>>.Count => MapErrors.CountAsInt32(Count);

    /// <summary>Adds an entry whose key must be absent. Collection expressions call this method.</summary>
    /// <param name="item">The key, and the value to add.</param>
    /// <exception cref="ArgumentException">The key is present; its value is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public void Add(KeyValuePair<TKey, TValue> item) => Add(item.Key, item.Value);

    /// <summary>Copies all entries, as of one instant, to a new dictionary.</summary>
    /// <returns>The dictionary, with the default comparer of the keys.</returns>
    /// <remarks>Holds the locks of all shards, while reads continue. Allocates the dictionary, and an array of all
    /// entries in the meantime.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The map has more entries than an array or a dictionary can
    /// hold.</exception>
    public Dictionary<TKey, TValue> ToDictionary() => new(ToArray());

    /// <summary>The keys of a map, as a view.</summary>
    /// <remarks>All members may be called concurrently from multiple threads.</remarks>
    public readonly struct KeyCollection : IReadOnlyCollection<TKey>, IEquatable<KeyCollection>
    {
        private readonly ShardMap<TKey, TValue, THasher> _map;

        internal KeyCollection(ShardMap<TKey, TValue, THasher> map) => _map = map;

        /// <summary>The number of keys; see <see cref="ShardMap{TKey, TValue, THasher}.Count"/>.</summary>
        /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
        public long Count => _map?.Count ?? 0;

        /// <inheritdoc/>
        int IReadOnlyCollection<TKey>.Count => MapErrors.CountAsInt32(Count);

        /// <summary>Determines whether two views show the same map.</summary>
        /// <param name="left">A view.</param>
        /// <param name="right">Another view.</param>
        /// <returns>Whether they show the same map.</returns>
        public static bool operator ==(KeyCollection left, KeyCollection right) => left.Equals(right);

        /// <summary>Determines whether two views show different maps.</summary>
        /// <param name="left">A view.</param>
        /// <param name="right">Another view.</param>
        /// <returns>Whether they show different maps.</returns>
        public static bool operator !=(KeyCollection left, KeyCollection right) => !left.Equals(right);

        /// <summary>Determines whether a key is present.</summary>
        /// <param name="key">The key.</param>
        /// <returns>Whether the key is present.</returns>
        /// <remarks>Takes no lock and allocates nothing.</remarks>
        /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
        public bool Contains(TKey key) => _map?.ContainsKey(key) ?? false;

        /// <summary>Returns an enumerator of the keys.</summary>
        /// <returns>A struct enumerator. Dispose it (as foreach does) to return its buffer.</returns>
        /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
        public Enumerator GetEnumerator() => new(_map?.GetEnumerator() ?? default);

        /// <inheritdoc/>
        IEnumerator<TKey> IEnumerable<TKey>.GetEnumerator() => GetEnumerator();

        /// <inheritdoc/>
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <inheritdoc/>
        public bool Equals(KeyCollection other) => ReferenceEquals(_map, other._map);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is KeyCollection other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() => _map?.GetHashCode() ?? 0;

        /// <summary>Enumerates the keys of a map; not thread-safe, and not to be copied.</summary>
        public struct Enumerator : IEnumerator<TKey>
        {
            private ShardMap<TKey, TValue, THasher>.Enumerator _entries;

            internal Enumerator(ShardMap<TKey, TValue, THasher>.Enumerator entries) => _entries = entries;

            /// <summary>The current key.</summary>
            public readonly TKey Current => _entries.Current.Key;

            /// <inheritdoc/>
            readonly object IEnumerator.Current => Current;

            /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Enumerator.MoveNext"/>
            public bool MoveNext() => _entries.MoveNext();

            /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Enumerator.Reset"/>
            public void Reset() => _entries.Reset();

            /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Enumerator.Dispose"/>
            public void Dispose() => _entries.Dispose();
        }
    }

    /// <summary>The values of a map, as a view.</summary>
    /// <remarks>All members may be called concurrently from multiple threads.</remarks>
    public readonly struct ValueCollection : IReadOnlyCollection<TValue>, IEquatable<ValueCollection>
    {
        private readonly ShardMap<TKey, TValue, THasher> _map;

        internal ValueCollection(ShardMap<TKey, TValue, THasher> map) => _map = map;

        /// <summary>The number of values; see <see cref="ShardMap{TKey, TValue, THasher}.Count"/>.</summary>
        /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
        public long Count => _map?.Count ?? 0;

        /// <inheritdoc/>
        int IReadOnlyCollection<TValue>.Count => MapErrors.CountAsInt32(Count);

        /// <summary>Determines whether two views show the same map.</summary>
        /// <param name="left">A view.</param>
        /// <param name="right">Another view.</param>
        /// <returns>Whether they show the same map.</returns>
        public static bool operator ==(ValueCollection left, ValueCollection right) => left.Equals(right);

        /// <summary>Determines whether two views show different maps.</summary>
        /// <param name="left">A view.</param>
        /// <param name="right">Another view.</param>
        /// <returns>Whether they show different maps.</returns>
        public static bool operator !=(ValueCollection left, ValueCollection right) => !left.Equals(right);

        /// <summary>Returns an enumerator of the values.</summary>
        /// <returns>A struct enumerator. Dispose it (as foreach does) to return its buffer.</returns>
        /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
        public Enumerator GetEnumerator() => new(_map?.GetEnumerator() ?? default);

        /// <inheritdoc/>
        IEnumerator<TValue> IEnumerable<TValue>.GetEnumerator() => GetEnumerator();

        /// <inheritdoc/>
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <inheritdoc/>
        public bool Equals(ValueCollection other) => ReferenceEquals(_map, other._map);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is ValueCollection other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() => _map?.GetHashCode() ?? 0;

        /// <summary>Enumerates the values of a map; not thread-safe, and not to be copied.</summary>
        public struct Enumerator : IEnumerator<TValue>
        {
            private ShardMap<TKey, TValue, THasher>.Enumerator _entries;

            internal Enumerator(ShardMap<TKey, TValue, THasher>.Enumerator entries) => _entries = entries;

            /// <summary>The current value.</summary>
            public readonly TValue Current => _entries.Current.Value;

            /// <inheritdoc/>
            readonly object IEnumerator.Current => Current;

            /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Enumerator.MoveNext"/>
            public bool MoveNext() => _entries.MoveNext();

            /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Enumerator.Reset"/>
            public void Reset() => _entries.Reset();

            /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Enumerator.Dispose"/>
            public void Dispose() => _entries.Dispose();
        }
    }
}
