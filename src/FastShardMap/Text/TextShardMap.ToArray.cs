namespace FastShardMap;

public sealed partial class TextShardMap<TValue>
{
    /// <summary>Returns the entries as pairs with strings, for LINQ and other code that cannot use spans.</summary>
    /// <returns>The entries. Each enumeration is as that of <see cref="GetEnumerator"/>, and allocates one string per
    /// entry.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public IEnumerable<KeyValuePair<string, TValue>> AsStrings()
    {
        ObjectDisposedException.ThrowIf(_map.Shards.IsDisposed, this);
        return Enumerate(this);

        static IEnumerable<KeyValuePair<string, TValue>> Enumerate(TextShardMap<TValue> map)
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
    /// <remarks>The entries come from a snapshot, while reads and writes continue. Allocates the array and one string
    /// per entry.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the snapshot, or the map has
    /// more entries than an array can hold.</exception>
    public KeyValuePair<string, TValue>[] ToArray()
    {
        using TextSnapshot<TValue> snapshot = BriefSnapshot();
        return snapshot.ToArray();
    }

    /// <summary>Copies all entries, as of one instant, to a span.</summary>
    /// <param name="destination">Receives the entries, in no particular order, from its start. The rest of the span is
    /// unchanged.</param>
    /// <returns>The number of entries copied.</returns>
    /// <remarks>The entries come from a snapshot, while reads and writes continue. Allocates one string per
    /// entry.</remarks>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; nothing is copied.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the snapshot.</exception>
    public long CopyTo(Span<KeyValuePair<string, TValue>> destination)
    {
        using TextSnapshot<TValue> snapshot = BriefSnapshot();
        if (snapshot.Count > destination.Length)
        {
            throw new ArgumentException(
                $"The map has {snapshot.Count} entries, but the span has only {destination.Length} elements.",
                nameof(destination));
        }

        return snapshot.CopyTo(destination);
    }

    /// <summary>Copies all entries, as of one instant, to a new dictionary with ordinal keys.</summary>
    /// <returns>The dictionary.</returns>
    /// <remarks>The entries come from a snapshot, while reads and writes continue. Keys that were passed as bytes and
    /// differ only in bytes that are not UTF-8 become the same string, of which the dictionary has one.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of the snapshot, or the map has
    /// more entries than a dictionary can hold.</exception>
    public Dictionary<string, TValue> ToDictionary()
    {
        using TextSnapshot<TValue> snapshot = BriefSnapshot();
        return snapshot.ToDictionary();
    }

    internal static KeyValuePair<string, TValue> PairOf(TextEntry<TValue> entry) =>
        new(entry.KeyToString(), entry.Value);

    private TextSnapshot<TValue> BriefSnapshot() => new(_map.BriefSnapshot());
}
