using System.Collections.Concurrent;

namespace FastShardMap.Near.Local;

/// <summary>The flights of a map, by the hash of the key's bytes at the engine. Keys with equal hashes share a place:
/// the later one reads without storing, and an invalidation of one voids the flight of the other.</summary>
internal sealed class FlightTable<TResult>
{
    private readonly ConcurrentDictionary<ulong, Flight<TResult>> _flights = new();

    public int Count => _flights.Count;

    /// <summary>Plants a new flight, or returns the one that can be joined.</summary>
    /// <returns>Whether <paramref name="flight"/> is new, so that the caller must read, complete it, and remove
    /// it.</returns>
    public bool TryStart(ulong hash, byte[] engineKey, int epoch, long now, long maxAge, out Flight<TResult> flight)
    {
        Flight<TResult>? own = null;
        while (true)
        {
            if (_flights.TryGetValue(hash, out Flight<TResult>? present))
            {
                if (present.CanBeJoined(engineKey, now, maxAge))
                {
                    flight = present;
                    return false;
                }

                own ??= new Flight<TResult>(engineKey, epoch, now);

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
                own ??= new Flight<TResult>(engineKey, epoch, now);
                if (_flights.TryAdd(hash, own))
                {
                    flight = own;
                    return true;
                }
            }
        }
    }

    /// <summary>Takes a flight out that has completed.</summary>
    public void Remove(ulong hash, Flight<TResult> flight) =>
        _flights.TryRemove(new KeyValuePair<ulong, Flight<TResult>>(hash, flight));

    /// <summary>Tells the flight that has replaced another one that the other returns what it has read.</summary>
    public void Overtake(ulong hash, Flight<TResult> other)
    {
        if (_flights.TryGetValue(hash, out Flight<TResult>? flight) && flight != other)
        {
            flight.Overtake();
        }
    }

    public void Void(ulong hash)
    {
        if (_flights.TryGetValue(hash, out Flight<TResult>? flight))
        {
            flight.Void();
        }
    }
}
