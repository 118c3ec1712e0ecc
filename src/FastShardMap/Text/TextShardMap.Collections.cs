namespace FastShardMap;

public sealed partial class TextShardMap<TValue>
{
    /// <summary>The keys of the map, one after the other, as of the time of the enumeration.</summary>
    /// <remarks>Each enumeration is as that of <see cref="GetEnumerator"/>, and allocates one string per key.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public IEnumerable<string> Keys
    {
        get
        {
            ObjectDisposedException.ThrowIf(_map.Shards.IsDisposed, this);
            return AsStrings().Select(static entry => entry.Key);
        }
    }

    /// <summary>The values of the map, one after the other, as of the time of the enumeration.</summary>
    /// <remarks>Each enumeration is as that of <see cref="GetEnumerator"/>, and allocates an enumerator.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public IEnumerable<TValue> Values
    {
        get
        {
            ObjectDisposedException.ThrowIf(_map.Shards.IsDisposed, this);
            return Enumerate(this);

            static IEnumerable<TValue> Enumerate(TextShardMap<TValue> map)
            {
                using Enumerator entries = map.GetEnumerator();
                while (entries.MoveNext())
                {
                    yield return entries.Current.Value;
                }
            }
        }
    }
}
