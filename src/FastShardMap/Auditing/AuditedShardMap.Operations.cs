using System.Runtime.CompilerServices;
using FastShardMap.Operations;

namespace FastShardMap;

public partial class AuditedShardMap<TKey, TValue, THasher>
{
    /// <summary>Gets or sets the value of a key, as the map does. The operation is recorded as a read, or as an
    /// addition or update.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">The property is retrieved, and the key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The property is set from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">The property is set, a shard must grow, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue value) ? value : throw MapErrors.KeyNotFound(key, Map.Name);
        set
        {
            ValueUpserter upserter = new(value);
            AddOrUpdate(key, ref upserter);
        }
    }

    /// <summary>Gets the value of a key, as the map does. The operation is recorded as a hit or a miss.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryGetValue(TKey key, out TValue value)
    {
        bool found = Map.TryGetValue(key, out value);
        Record(key, found ? AuditOperation.ReadHit : AuditOperation.ReadMiss);
        return found;
    }

    /// <summary>Determines whether a key is present. The operation is recorded as a hit or a miss.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>Adds an entry whose key must be absent. The operation is recorded as an addition or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <exception cref="ArgumentException">The key is present; its value is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public void Add(TKey key, TValue value)
    {
        if (!TryAdd(key, value))
        {
            throw MapErrors.KeyPresent(key, Map.Name);
        }
    }

    /// <summary>Adds an entry if its key is absent. The operation is recorded as an addition or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public bool TryAdd(TKey key, TValue value) => Recorded(key, Map.TryAdd(key, value), AuditOperation.Add);

    /// <summary>Replaces the value of a key if it equals a given value. The operation is recorded as an update or a
    /// refused write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue) =>
        Recorded(key, Map.TryUpdate(key, newValue, comparisonValue), AuditOperation.Update);

    /// <summary>Replaces the value of a present key. The operation is recorded as an update or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The replaced value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    public bool TryExchange(TKey key, TValue newValue, out TValue oldValue) =>
        Recorded(key, Map.TryExchange(key, newValue, out oldValue), AuditOperation.Update);

    /// <summary>Removes an entry. The operation is recorded as a removal or a refused write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    public bool TryRemove(TKey key, out TValue value) =>
        Recorded(key, Map.TryRemove(key, out value), AuditOperation.Remove);

    /// <summary>Removes an entry if its value equals a given value. The operation is recorded as a removal or a refused
    /// write.</summary>
    /// <param name="item">The key, and the value that is compared with the current value.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    public bool TryRemove(KeyValuePair<TKey, TValue> item) =>
        Recorded(item.Key, Map.TryRemove(item), AuditOperation.Remove);

    /// <summary>Gets the value of a key, and adds a value if the key is absent. The operation is recorded as a hit or
    /// an addition.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of the
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    [OverloadResolutionPriority(1)] // a literal default is a value and not a delegate
    public TValue GetOrAdd(TKey key, TValue value)
    {
        if (Map.TryGetValue(key, out TValue present))
        {
            Record(key, AuditOperation.ReadHit);
            return present;
        }

        CountingFactory factory = new(value);
        TValue stored = Map.GetOrAdd(key, ref factory);
        Record(key, factory.Ran ? AuditOperation.Add : AuditOperation.ReadHit);
        return stored;
    }

    /// <summary>Adds an entry with a value from one delegate, or changes the value of an existing entry by another. The
    /// operation is recorded as an addition or an update.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public TValue AddOrUpdate(
        TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        DelegateUpserter<TKey, TValue> upserter = new(addValueFactory, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry, or changes the value of an existing entry, by a struct functor. The operation is
    /// recorded as an addition or an update.</summary>
    /// <typeparam name="TUpserter">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="upserter">Creates or changes the value. Receives the changes that the call makes to it.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public TValue AddOrUpdate<TUpserter>(TKey key, ref TUpserter upserter)
        where TUpserter : struct, IValueUpserter<TKey, TValue>
    {
        WatchedUpserter<TUpserter> watched = new() { Inner = upserter };
        TValue stored = Map.AddOrUpdate(key, ref watched);
        upserter = watched.Inner;
        Record(key, watched.Added ? AuditOperation.Add : AuditOperation.Update);
        return stored;
    }

    private bool Recorded(TKey key, bool done, AuditOperation operation)
    {
        Record(key, done ? operation : AuditOperation.Refused);
        return done;
    }

    private struct CountingFactory(TValue value) : IValueFactory<TKey, TValue>
    {
        private readonly TValue _value = value;

        public bool Ran { get; private set; }

        public TValue Create(TKey key)
        {
            Ran = true;
            return _value;
        }
    }

    private readonly struct ValueUpserter(TValue stored) : IValueUpserter<TKey, TValue>
    {
        private readonly TValue _stored = stored;

        public TValue Create(TKey key) => _stored;

        public void Update(TKey key, ref TValue value) => value = _stored;
    }

    private struct WatchedUpserter<TUpserter> : IValueUpserter<TKey, TValue>
        where TUpserter : struct, IValueUpserter<TKey, TValue>
    {
        public TUpserter Inner;

        public bool Added { get; private set; }

        public TValue Create(TKey key)
        {
            TValue value = Inner.Create(key);
            Added = true;
            return value;
        }

        public void Update(TKey key, ref TValue value) => Inner.Update(key, ref value);
    }
}
