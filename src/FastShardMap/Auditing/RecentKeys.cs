namespace FastShardMap.Auditing;

/// <summary>A small cache of keys with one state per key: sets of four places, of which the least recently used is
/// replaced. Its size is fixed, so the cost of a rule does not depend on the number of keys in the map. A key that is
/// used more often than the others of its set stays in the cache.</summary>
internal sealed class RecentKeys<TKey, TState>
    where TKey : unmanaged, IEquatable<TKey>
    where TState : struct
{
    private const int Sets = 64; // a power of two
    private const int Ways = 4;
    private readonly Place[] _places = new Place[Sets * Ways];
    private long _clock;

    /// <summary>Returns the state of a key; default if the key was not in the cache.</summary>
    public ref TState StateOf(TKey key)
    {
        // The golden ratio spreads adjacent hash codes.
        int first = (key.GetHashCode() * -1640531527 >>> 26 & (Sets - 1)) * Ways;
        int oldest = first;
        for (int index = first; index < first + Ways; index++)
        {
            ref Place place = ref _places[index];
            if (place.LastUse != 0 && place.Key.Equals(key))
            {
                place.LastUse = ++_clock;
                return ref place.State;
            }

            if (place.LastUse < _places[oldest].LastUse)
            {
                oldest = index;
            }
        }

        ref Place taken = ref _places[oldest];
        taken = new Place { Key = key, LastUse = ++_clock };
        return ref taken.State;
    }

    private struct Place
    {
        public TKey Key;
        public long LastUse;
        public TState State;
    }
}
