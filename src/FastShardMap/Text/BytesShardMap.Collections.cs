namespace FastShardMap;

public sealed partial class BytesShardMap<TValue>
{
    /// <summary>The keys of the map, one after the other, as of the time of the enumeration.</summary>
    /// <remarks>Each enumeration is as that of <see cref="GetEnumerator"/>, and allocates one array per key.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public IEnumerable<byte[]> Keys
    {
        get
        {
            ObjectDisposedException.ThrowIf(_map.Shards.IsDisposed, this);
            return AsArrays().Select(static entry => entry.Key);
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

            static IEnumerable<TValue> Enumerate(BytesShardMap<TValue> map)
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
