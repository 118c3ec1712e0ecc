using FastShardMap.Operations;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Adds an entry whose key must be absent. Collection initializers call this method.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <remarks>To add a number to a value, see <c>AddDelta</c> of <see cref="ShardMapNumberExtensions"/>.</remarks>
    /// <exception cref="ArgumentException">The key is present; its value is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public void Add(TKey key, TValue value)
    {
        if (!TryAdd(key, value))
        {
            throw MapErrors.KeyPresent(key, Name);
        }
    }

    /// <summary>Adds an entry if its key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public bool TryAdd(TKey key, TValue value)
    {
        GetOrAddOperation<TValue> operation = new(value);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        return operation.Added;
    }

    /// <summary>Replaces the value of a key if it equals a given value (compare and swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <remarks>
    /// Values are compared by <see cref="IEquatable{T}"/> if their type implements it. Otherwise all their bytes are
    /// compared, but only if the type does not override <see cref="object.Equals(object)"/> and has no padding bytes.
    /// Comparing bytes distinguishes 0.0 from -0.0. In programs that are compiled ahead of time, the fields of a type
    /// are unknown; there, structs with floating-point fields or inline arrays must implement
    /// <see cref="IEquatable{T}"/>. Allocates nothing.
    /// </remarks>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see the remarks.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(newValue, comparisonValue, EntryAction.Store);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        return operation.Done;
    }

    /// <summary>Replaces the value of a key (swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The replaced value; default if the key is absent.</param>
    /// <returns>Whether the key was present. If it was not, nothing is stored.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryExchange(TKey key, TValue newValue, out TValue oldValue)
    {
        ExchangeOperation<TValue> operation = new(newValue);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        oldValue = operation.Value;
        return operation.Found;
    }

    /// <summary>Removes an entry (load and delete).</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryRemove(TKey key, out TValue value)
    {
        RemoveOperation<TValue> operation = default;
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        value = operation.Value;
        return operation.Found;
    }

    /// <summary>Removes an entry if its value equals a given value (compare and delete).</summary>
    /// <param name="item">The key, and the value that is compared with the current value, by the equality of the
    /// type.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <remarks>
    /// Values are compared by <see cref="IEquatable{T}"/> if their type implements it. Otherwise all their bytes are
    /// compared, but only if the type does not override <see cref="object.Equals(object)"/> and has no padding bytes.
    /// Comparing bytes distinguishes 0.0 from -0.0. In programs that are compiled ahead of time, the fields of a type
    /// are unknown; there, structs with floating-point fields or inline arrays must implement
    /// <see cref="IEquatable{T}"/>. Allocates nothing.
    /// </remarks>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see the remarks.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryRemove(KeyValuePair<TKey, TValue> item)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(item.Value, item.Value, EntryAction.Remove);
        _shards.Write(item.Key, ref operation);
        GC.KeepAlive(this);
        return operation.Done;
    }

    /// <summary>Removes all entries at one instant.</summary>
    /// <remarks>The tables keep their sizes, but their physical memory is returned to the operating system.
    /// <see cref="TrimExcess"/> also reduces the sizes. Waits for the locks of all shards. Allocates a short
    /// list.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public void Clear()
    {
        _shards.Clear();
        GC.KeepAlive(this);
    }

    /// <summary>Makes room for a total number of entries, so that inserts up to this number start no growth.</summary>
    /// <param name="capacity">The total number of entries, 0 or more.</param>
    /// <remarks>Moves the existing entries in short holds of the lock of one shard at a time, while other threads
    /// continue.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory. The entries are unchanged, but some shards may
    /// have grown.</exception>
    public void EnsureCapacity(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _shards.ThrowIfDisposed();
        _shards.EnsureCapacity(capacity);
        GC.KeepAlive(this);
    }

    /// <summary>Moves every shard to the smallest table that fits its entries. On return, the memory has been given
    /// back to the operating system.</summary>
    /// <remarks>Works in short holds of the lock of one shard at a time, while other threads continue.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of a smaller table; the entries
    /// are unchanged.</exception>
    public void TrimExcess()
    {
        _shards.ThrowIfDisposed();
        _shards.TrimExcess();
        GC.KeepAlive(this);
    }
}
