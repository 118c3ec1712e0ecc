using FastShardMap.Operations;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Adds an entry whose key must be absent; what a collection initialiser calls.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <remarks>To add a number to a value, see
    /// <see cref="ShardMapNumberExtensions.AddDelta{TKey, TValue, THasher}(ShardMap{TKey, TValue, THasher}, TKey, TValue)"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The key is present; its value is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard has to grow and cannot; nothing has changed.</exception>
    public void Add(TKey key, TValue value)
    {
        if (!TryAdd(key, value))
        {
            throw MapErrors.KeyPresent(key);
        }
    }

    /// <summary>Adds an entry unless its key is present.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard has to grow and cannot; nothing has changed.</exception>
    public bool TryAdd(TKey key, TValue value)
    {
        GetOrAddOperation<TValue> operation = new(value);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        return operation.Added;
    }

    /// <summary>Replaces the value of a key if it equals a given one (compare and swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">What the present value must equal, by the equality of its type.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <remarks>Values are equal by <see cref="IEquatable{T}"/> if their type implements it. Otherwise all bytes are
    /// compared, but only if the type does not override <see cref="object.Equals(object)"/> and has no padding bytes; so
    /// a struct that is compared so distinguishes 0.0 from -0.0. Programs compiled ahead of time know no fields: there
    /// structs with floating-point fields or inline arrays need <see cref="IEquatable{T}"/>. Allocates nothing.</remarks>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see the remarks.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(newValue, comparisonValue, EntryAction.Store);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        return operation.Done;
    }

    /// <summary>Replaces the value of a key, whatever it is (swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The value replaced; default if the key is absent.</param>
    /// <returns>Whether the key was present. If not, nothing is stored.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
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
    /// <param name="value">The value removed; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    public bool TryRemove(TKey key, out TValue value)
    {
        RemoveOperation<TValue> operation = default;
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        value = operation.Value;
        return operation.Found;
    }

    /// <summary>Removes an entry if its value equals a given one (compare and delete).</summary>
    /// <param name="item">The key, and what its value must equal, by the equality of its type.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <remarks>Values are equal by <see cref="IEquatable{T}"/> if their type implements it. Otherwise all bytes are
    /// compared, but only if the type does not override <see cref="object.Equals(object)"/> and has no padding bytes; so
    /// a struct that is compared so distinguishes 0.0 from -0.0. Programs compiled ahead of time know no fields: there
    /// structs with floating-point fields or inline arrays need <see cref="IEquatable{T}"/>. Allocates nothing.</remarks>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared; see the remarks.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    public bool TryRemove(KeyValuePair<TKey, TValue> item)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(item.Value, item.Value, EntryAction.Remove);
        _shards.Write(item.Key, ref operation);
        GC.KeepAlive(this);
        return operation.Done;
    }

    /// <summary>Removes all entries at one instant.</summary>
    /// <remarks>The tables keep their sizes, and their physical memory goes back to the system; <see cref="TrimExcess"/>
    /// gives up the sizes too. Waits for the locks of all shards. Allocates a short list.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    public void Clear()
    {
        _shards.Clear();
        GC.KeepAlive(this);
    }

    /// <summary>Makes room for a number of entries in all, so that no later insert starts a growth on the way there.</summary>
    /// <param name="capacity">Entries the map shall hold, 0 or more.</param>
    /// <remarks>Moves present entries in short holds of one shard's lock at a time; other threads go on.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">More than the machine, the process's control group or its address space allows,
    /// or the system refuses the memory; entries are unchanged, some shards may have grown.</exception>
    public void EnsureCapacity(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _shards.ThrowIfDisposed();
        _shards.EnsureCapacity(capacity);
        GC.KeepAlive(this);
    }

    /// <summary>Moves every shard to the smallest table for its entries; the memory is back at the system on return.</summary>
    /// <remarks>Works in short holds of one shard's lock at a time; other threads go on.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The system refuses the memory of a smaller table; entries are unchanged.</exception>
    public void TrimExcess()
    {
        _shards.ThrowIfDisposed();
        _shards.TrimExcess();
        GC.KeepAlive(this);
    }
}
