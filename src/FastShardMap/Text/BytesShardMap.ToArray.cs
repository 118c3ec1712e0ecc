namespace FastShardMap;

public sealed partial class BytesShardMap<TValue>
{
    /// <summary>Returns the entries as pairs with arrays, for LINQ and other code that cannot use spans.</summary>
    /// <returns>The entries. Each enumeration is as that of <see cref="GetEnumerator"/>, and allocates one array per
    /// entry.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public IEnumerable<KeyValuePair<byte[], TValue>> AsArrays()
    {
        ObjectDisposedException.ThrowIf(_map.Shards.IsDisposed, this);
        return Enumerate(this);

        static IEnumerable<KeyValuePair<byte[], TValue>> Enumerate(BytesShardMap<TValue> map)
        {
            using Enumerator entries = map.GetEnumerator();
            while (entries.MoveNext())
            {
                yield return PairOf(entries.Current);
            }
        }
    }

    /// <summary>Copies all entries, as of one instant, to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <remarks>The entries come from a snapshot, while reads and writes continue. Allocates the array and one array
    /// per entry.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the snapshot, or the map has
    /// more entries than an array can hold.</exception>
    public KeyValuePair<byte[], TValue>[] ToArray()
    {
        using BytesSnapshot<TValue> snapshot = BriefSnapshot();
        return snapshot.ToArray();
    }

    /// <summary>Copies all entries, as of one instant, to a span.</summary>
    /// <param name="destination">Receives the entries, in no particular order, from its start. The rest of the span is
    /// unchanged.</param>
    /// <returns>The number of entries copied.</returns>
    /// <remarks>The entries come from a snapshot, while reads and writes continue. Allocates one array per
    /// entry.</remarks>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; nothing is copied.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the snapshot.</exception>
    public long CopyTo(Span<KeyValuePair<byte[], TValue>> destination)
    {
        using BytesSnapshot<TValue> snapshot = BriefSnapshot();
        if (snapshot.Count > destination.Length)
        {
            throw new ArgumentException(
                $"The map has {snapshot.Count} entries, but the span has only {destination.Length} elements.",
                nameof(destination));
        }

        return snapshot.CopyTo(destination);
    }

    /// <summary>Copies all entries, as of one instant, to a new dictionary, which compares its keys byte by
    /// byte.</summary>
    /// <returns>The dictionary. Its alternate lookup takes a <c>ReadOnlySpan&lt;byte&gt;</c>.</returns>
    /// <remarks>The entries come from a snapshot, while reads and writes continue. Allocates the dictionary and one
    /// array per entry. The arrays must not be changed.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the snapshot, or the map has
    /// more entries than a dictionary can hold.</exception>
    public Dictionary<byte[], TValue> ToDictionary()
    {
        using BytesSnapshot<TValue> snapshot = BriefSnapshot();
        return snapshot.ToDictionary();
    }

    internal static KeyValuePair<byte[], TValue> PairOf(BytesEntry<TValue> entry) =>
        new(entry.Key.ToArray(), entry.Value);

    private BytesSnapshot<TValue> BriefSnapshot() => new(_map.BriefSnapshot());
}
