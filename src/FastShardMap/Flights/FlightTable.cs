using System.Collections.Concurrent;
using FastShardMap.Memory;
using FastShardMap.Sharding;

namespace FastShardMap.Flights;

/// <summary>
/// The flights of a map: one per key whose value a factory is creating. No lock of the map is held while a factory
/// runs. A flight's value is stored before the flight leaves the table, so a caller that finds neither the key nor a
/// flight may start a new one.
/// </summary>
/// <param name="comparer">Compares keys as the map does.</param>
internal sealed class FlightTable<TKey, TValue>(IEqualityComparer<TKey> comparer)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, ValueFlight<TKey, TValue>> _flights = new(comparer);

    /// <summary>The number of flights, for tests.</summary>
    public int Count => _flights.Count;

    /// <summary>Gets the value of a key that was absent a moment ago: from the flight of the key, or from a new one
    /// that runs the factory.</summary>
    public async ValueTask<TValue> GetOrAddAsync<TFactory, TTarget>(
        TKey key, TFactory factory, TTarget target, CancellationToken cancellationToken)
        where TFactory : struct, IAsyncValueFactory<TKey, TValue>
        where TTarget : struct, IFlightTarget<TKey, TValue>
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ValueFlight<TKey, TValue> own = new(key);
            ValueFlight<TKey, TValue> flight = FindOrEnter(own);
            if (ReferenceEquals(flight, own))
            {
                _ = FlyAsync(flight, factory, target);
            }

            FlightPhase phase = ReferenceEquals(flight, own) ? FlightPhase.Joined : flight.Join();
            if (phase == FlightPhase.Joined)
            {
                FlightResult<TValue> result = await WaitAsync(flight, cancellationToken).ConfigureAwait(false);
                if (result.HasValue)
                {
                    return result.Value;
                }
            }
            else if (phase == FlightPhase.Landing)
            {
                await ((Task)flight.Result).WaitAsync(cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else
            {
                Remove(flight); // the thread that ends it has not come to that yet
            }

            if (target.TryFind(key, out TValue value))
            {
                return value;
            }
        }
    }

    /// <summary>Ends all flights: the calls that wait get an exception that the map is disposed.</summary>
    /// <param name="map">The name of the map in the exceptions.</param>
    public void Close(string map)
    {
        // The enumerator waits for no lock, unlike the list of the values.
        foreach ((_, ValueFlight<TKey, TValue> flight) in _flights)
        {
            flight.Close(new ObjectDisposedException(map));
            Remove(flight);
        }
    }

    /// <summary>Finds the flight of a key, or enters a new one.</summary>
    /// <remarks>If the dictionary throws, it may have entered the flight before, so the flight is ended: nobody would
    /// start its factory.</remarks>
    private ValueFlight<TKey, TValue> FindOrEnter(ValueFlight<TKey, TValue> own)
    {
        try
        {
            return Uninterruptible.Run(
                (_flights, own), static state => state._flights.GetOrAdd(state.own.Key, state.own));
        }
        catch (Exception exception)
        {
            own.End();
            own.Fail(exception);
            Remove(own);
            throw;
        }
    }

    private async Task<FlightResult<TValue>> WaitAsync(
        ValueFlight<TKey, TValue> flight, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (flight.Leave())
            {
                Remove(flight);
            }
        }
    }

    /// <summary>Runs the factory of a flight, and stores the value. Never throws.</summary>
    /// <remarks>An interruption of the thread that runs this is not the exception of the calls that wait.</remarks>
    private async Task FlyAsync<TFactory, TTarget>(
        ValueFlight<TKey, TValue> flight, TFactory factory, TTarget target)
        where TFactory : struct, IAsyncValueFactory<TKey, TValue>
        where TTarget : struct, IFlightTarget<TKey, TValue>
    {
        try
        {
            // The flight is in the table before the map is looked at, and Close looks in the other order. So one of
            // them sees the other. The release of the dictionary's lock alone may be no fence.
            Interlocked.MemoryBarrier();

            // Another flight may have stored the value after the caller had looked for it.
            bool isStored;
            using (InterruptDeferral.Begin())
            {
                isStored = target.TryFind(flight.Key, out _);
            }

            if (isStored)
            {
                Complete(flight, default);
                return;
            }

            TValue value = await factory.CreateAsync(flight.Key, flight.Token).ConfigureAwait(false);
            if (!flight.TryLand())
            {
                return;
            }

            using (InterruptDeferral.Begin())
            {
                value = target.Add(flight.Key, value);
            }

            Complete(flight, new FlightResult<TValue>(HasValue: true, value));
        }
        catch (Exception exception)
        {
            flight.End();
            flight.Fail(exception);
            Remove(flight);
        }
    }

    // A flight that is over may stay in the table a little longer: the next caller removes it.
    private void Complete(ValueFlight<TKey, TValue> flight, FlightResult<TValue> result)
    {
        flight.End();
        Remove(flight);
        flight.Complete(result);
    }

    private void Remove(ValueFlight<TKey, TValue> flight) =>
        Uninterruptible.Run(
            (_flights, flight),
            static state => state._flights.TryRemove(
                new KeyValuePair<TKey, ValueFlight<TKey, TValue>>(state.flight.Key, state.flight)));
}
