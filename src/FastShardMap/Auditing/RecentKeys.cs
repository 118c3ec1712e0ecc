namespace FastShardMap.Auditing;

/// <summary>A small memory of keys with a state each: sets of four places, the one least recently used given up.
/// Bounded, so a rule costs the same however many keys a map has; a key that is used often is not forgotten.</summary>
internal sealed class RecentKeys<TKey, TState>
    where TKey : unmanaged, IEquatable<TKey>
    where TState : struct
{
    private const int Sets = 64; // a power of two
    private const int Ways = 4;
    private readonly Place[] _places = new Place[Sets * Ways];
    private long _clock;

    /// <summary>The state of a key; default if the key was not there.</summary>
    public ref TState StateOf(TKey key)
    {
        int first = (key.GetHashCode() * -1640531527 >>> 26 & (Sets - 1)) * Ways; // golden ratio: neighbours spread
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
