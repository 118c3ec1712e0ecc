namespace FastShardMap;

/// <summary>Defines the operations that <see cref="ShardMap{TKey, TValue}"/> and the maps with other locking strategies
/// share. It is meant for code that runs over any of them, such as a comparison. Code that uses one particular map
/// should call its type directly, without interface calls.</summary>
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

    /// <summary>Gets the values of many keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">Receives the value of each key; default for absent keys. At least as long as
    /// <paramref name="keys"/>.</param>
    /// <param name="found">Receives whether each key is present. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of keys that are present.</returns>
    /// <remarks>This implementation looks up one key after the other.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is too
    /// short.</exception>
    int TryGetValues(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        MapErrors.ThrowIfShorter(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(found.Length, keys.Length, nameof(found));
        ThrowIfDisposed(keys);
        int hits = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            bool present = TryGetValue(keys[i], out values[i]);
            found[i] = present;
            hits += present ? 1 : 0;
        }

        return hits;
    }

    /// <summary>Adds many entries whose keys are absent.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>The entries are written one after the other, and not at one instant.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        ThrowIfDisposed(keys);
        int added = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            added += TryAdd(keys[i], values[i]) ? 1 : 0;
        }

        return added;
    }

    /// <summary>Sets the values of many keys, whether they are present or not.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <remarks>The entries are written one after the other, and not at one instant.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        ThrowIfDisposed(keys);
        for (int i = 0; i < keys.Length; i++)
        {
            this[keys[i]] = values[i];
        }
    }

    /// <summary>Removes many entries.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <returns>The number of entries removed.</returns>
    /// <remarks>The entries are removed one after the other, and not at one instant.</remarks>
    int TryRemoveRange(ReadOnlySpan<TKey> keys)
    {
        ThrowIfDisposed(keys);
        int removed = 0;
        foreach (TKey key in keys)
        {
            removed += TryRemove(key, out _) ? 1 : 0;
        }

        return removed;
    }

    /// <summary>Removes all entries.</summary>
    void Clear();

    /// <summary>Copies all entries to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    KeyValuePair<TKey, TValue>[] ToArray();

    /// <summary>Throws if the map is disposed, if there is no operation on a key that would.</summary>
    private void ThrowIfDisposed(ReadOnlySpan<TKey> keys)
    {
        if (keys.IsEmpty)
        {
            _ = Count;
        }
    }
}

public partial class ShardMap<TKey, TValue, THasher> : IConcurrentMap<TKey, TValue>
{
}
