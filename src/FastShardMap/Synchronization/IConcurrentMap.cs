namespace FastShardMap;

/// <summary>Defines the operations that all maps of the library have, whatever their locking strategy. It is meant for
/// code that runs over any of them, such as a comparison. Code that uses one particular map should call its type
/// directly, without interface calls.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>Operations on one key are linearizable. Callbacks run once, and calls from them that write to their own map
/// throw <see cref="InvalidOperationException"/>. A callback must not wait for a task or thread that writes to its own
/// map, because neither may ever end. After <c>Dispose</c>, every operation throws
/// <see cref="ObjectDisposedException"/>.</remarks>
public interface IConcurrentMap<TKey, TValue> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>The number of entries; exact while no thread writes.</summary>
    long Count { get; }

    /// <summary>Gets or sets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">The property is retrieved, and the key is absent.</exception>
    TValue this[TKey key] { get; set; }

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    bool TryGetValue(TKey key, out TValue value);

    /// <summary>Adds an entry whose key must be absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <exception cref="ArgumentException">The key is present; its value is unchanged.</exception>
    void Add(TKey key, TValue value);

    /// <summary>Adds an entry if its key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    bool TryAdd(TKey key, TValue value);

    /// <summary>Replaces the value of a key if it equals a given value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared: see
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryUpdate(TKey, TValue, TValue)"/>.</exception>
    bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue);

    /// <summary>Removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    bool TryRemove(TKey key, out TValue value);

    /// <summary>Adds an entry with a value from one delegate, or changes the value of an existing entry by
    /// another.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    TValue AddOrUpdate(TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory);

    /// <summary>Removes all entries.</summary>
    void Clear();

    /// <summary>Copies all entries to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    KeyValuePair<TKey, TValue>[] ToArray();
}

public partial class ShardMap<TKey, TValue, THasher> : IConcurrentMap<TKey, TValue>
{
}
