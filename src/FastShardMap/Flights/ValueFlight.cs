namespace FastShardMap.Flights;

/// <summary>A value that a factory is creating for a key, and the callers that wait for it. The ticket of its key: as
/// long as it has its place in <see cref="FlightTable{TKey, TValue}"/>, no other factory runs for the key.</summary>
/// <remarks>The source of the token has neither a timer nor a handle, so it needs no disposal.</remarks>
#pragma warning disable CA1001 // see the remarks
internal sealed class ValueFlight<TKey, TValue>(TKey key)
{
    // Positive values are numbers of callers that wait.
    private const int Abandoned = 0;
    private const int Landing = -1;
    private const int Over = -2;

    private readonly TaskCompletionSource<FlightResult<TValue>> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _abandonment = new();
    private int _state = 1; // the caller that starts the flight

    public TKey Key { get; } = key;

    /// <summary>The token of the factory.</summary>
    public CancellationToken Token => _abandonment.Token;

    public Task<FlightResult<TValue>> Result => _completion.Task;

    /// <summary>Counts one more caller that waits, if there is still one.</summary>
    public FlightPhase Join()
    {
        int state = Volatile.Read(ref _state);
        while (state > Abandoned)
        {
            int found = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (found == state)
            {
                return FlightPhase.Joined;
            }

            state = found;
        }

        if (state == Abandoned)
        {
            // The caller that left last may not have come to that, and the factory of another flight will start.
            CancelFactory();
        }

        return state == Landing ? FlightPhase.Landing : FlightPhase.Over;
    }

    /// <summary>Counts one caller less. The last one cancels the token of the factory.</summary>
    /// <returns>Whether the flight is abandoned, so that the caller must take it out of the table.</returns>
    public bool Leave()
    {
        int state = Volatile.Read(ref _state);
        while (state > Abandoned)
        {
            int found = Interlocked.CompareExchange(ref _state, state - 1, state);
            if (found == state)
            {
                if (state - 1 == Abandoned)
                {
                    CancelFactory();
                    return true;
                }

                return false;
            }

            state = found;
        }

        return false;
    }

    /// <summary>Ends the time in which callers may join or abandon the flight.</summary>
    /// <returns><see langword="false"/> if nobody waits for the value any more, so that it must not be
    /// stored.</returns>
    public bool TryLand()
    {
        int state = Volatile.Read(ref _state);
        while (state > Abandoned)
        {
            int found = Interlocked.CompareExchange(ref _state, Landing, state);
            if (found == state)
            {
                return true;
            }

            state = found;
        }

        return false;
    }

    /// <summary>Lets nobody join any more. Before the flight leaves the table.</summary>
    public void End() => Volatile.Write(ref _state, Over);

    /// <summary>Gives a result to all that wait.</summary>
    public void Complete(FlightResult<TValue> result) => _completion.TrySetResult(result);

    /// <summary>Gives an exception to all that wait.</summary>
    public void Fail(Exception exception)
    {
        _completion.TrySetException(exception);
        _ = _completion.Task.Exception; // observed: perhaps nobody waits
    }

    /// <summary>Ends a flight whose map is disposed: the token of its factory is canceled, and nobody waits for the
    /// factory any longer.</summary>
    public void Close(Exception exception)
    {
        if (Interlocked.Exchange(ref _state, Over) > Abandoned)
        {
            CancelFactory();
        }

        Fail(exception);
    }

    // What the factory has registered with its token runs on another thread: it is the factory's code, and may wait or
    // throw.
    private void CancelFactory() => _ = _abandonment.CancelAsync();
}
