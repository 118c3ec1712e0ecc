using System.Collections.Concurrent;

namespace FastShardMap.Near.Local;

/// <summary>The flights of a map, by the hash of the key's bytes at the engine. Keys with equal hashes share a place:
/// the later one reads without storing, and an invalidation of one voids the flight of the other.</summary>
internal sealed class FlightTable<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ConcurrentDictionary<ulong, Flight<TKey, TValue>> _flights = new();

    public int Count => _flights.Count;

    /// <summary>Plants a new flight, or returns the one that can be joined.</summary>
    /// <returns>Whether <paramref name="flight"/> is new, so that the caller must read, complete it, and remove
    /// it.</returns>
    public bool TryStart(ulong hash, TKey key, int epoch, long now, long maxAge, out Flight<TKey, TValue> flight)
    {
        Flight<TKey, TValue>? own = null;
        while (true)
        {
            if (_flights.TryGetValue(hash, out Flight<TKey, TValue>? present))
            {
                if (present.CanBeJoined(key, now, maxAge))
                {
                    flight = present;
                    return false;
                }

                own ??= new Flight<TKey, TValue>(key, epoch, now);

                // The one that loses its place must not store any more: invalidations will not find it.
                present.Void();
                if (_flights.TryUpdate(hash, own, present))
                {
                    flight = own;
                    return true;
                }
            }
            else
            {
                own ??= new Flight<TKey, TValue>(key, epoch, now);
                if (_flights.TryAdd(hash, own))
                {
                    flight = own;
                    return true;
                }
            }
        }
    }

    /// <summary>Takes a flight out that has completed.</summary>
    public void Remove(ulong hash, Flight<TKey, TValue> flight) =>
        _flights.TryRemove(new KeyValuePair<ulong, Flight<TKey, TValue>>(hash, flight));

    public void Void(ulong hash)
    {
        if (_flights.TryGetValue(hash, out Flight<TKey, TValue>? flight))
        {
            flight.Void();
        }
    }
}
