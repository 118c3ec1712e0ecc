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
        set => _operations.Set(key, value);
    }

    /// <summary>Gets the value of a key, as the map does. The operation is recorded as a hit or a miss.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryGetValue(TKey key, out TValue value) => _operations.TryGetValue(key, out value);

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
    public bool TryAdd(TKey key, TValue value) => _operations.TryAdd(key, value);

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
        _operations.TryUpdate(key, newValue, comparisonValue);

    /// <summary>Replaces the value of a present key. The operation is recorded as an update or a refused
    /// write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The replaced value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    public bool TryExchange(TKey key, TValue newValue, out TValue oldValue) =>
        _operations.TryExchange(key, newValue, out oldValue);

    /// <summary>Removes an entry. The operation is recorded as a removal or a refused write.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    public bool TryRemove(TKey key, out TValue value) => _operations.TryRemove(key, out value);

    /// <summary>Removes an entry if its value equals a given value. The operation is recorded as a removal or a refused
    /// write.</summary>
    /// <param name="item">The key, and the value that is compared with the current value.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    public bool TryRemove(KeyValuePair<TKey, TValue> item) => _operations.TryRemove(item);

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
    public TValue GetOrAdd(TKey key, TValue value) => _operations.GetOrAdd(key, value);

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
        where TUpserter : struct, IValueUpserter<TKey, TValue> => _operations.AddOrUpdate(key, ref upserter);
}
