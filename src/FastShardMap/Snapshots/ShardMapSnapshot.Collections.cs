namespace FastShardMap;

public partial class ShardMapSnapshot<TKey, TValue, THasher> : IReadOnlyDictionary<TKey, TValue>
{
    /// <summary>The keys of the snapshot, one after the other; they are copied while they are enumerated.</summary>
    /// <remarks>Allocates an enumerator per enumeration.</remarks>
    public IEnumerable<TKey> Keys
    {
        get
        {
            ThrowIfDisposed();
            return this.Select(static entry => entry.Key);
        }
    }

    /// <summary>The values of the snapshot, one after the other; they are copied while they are enumerated.</summary>
    /// <remarks>Allocates an enumerator per enumeration.</remarks>
    public IEnumerable<TValue> Values
    {
        get
        {
            ThrowIfDisposed();
            return this.Select(static entry => entry.Value);
        }
    }

    /// <inheritdoc/>
    int IReadOnlyCollection<KeyValuePair<TKey, TValue>>.Count => MapErrors.CountAsInt32(Count);

    /// <summary>Copies all entries to a new dictionary.</summary>
    /// <returns>The dictionary, with the default comparer of the keys.</returns>
    /// <remarks>Allocates the dictionary.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The snapshot has more entries than a dictionary can hold.</exception>
    public Dictionary<TKey, TValue> ToDictionary()
    {
        Dictionary<TKey, TValue> entries = new((int)Math.Min(Count, Array.MaxLength));
        foreach (KeyValuePair<TKey, TValue> entry in this)
        {
            entries.Add(entry.Key, entry.Value);
        }

        return entries;
    }
}
