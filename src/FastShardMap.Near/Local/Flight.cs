namespace FastShardMap.Near.Local;

/// <summary>A read of one key that is on its way. Readers of the same key wait for it instead of reading,
/// too.</summary>
/// <remarks>It is also the ticket that entitles its reader to store what it reads: an invalidation that arrives while
/// the read is on its way voids the flight, because the reply may be older than the change. A flight serves one read
/// and is never used again.</remarks>
internal sealed class Flight<TResult>(byte[] engineKey, int epoch, long started)
{
    private readonly TaskCompletionSource<TResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _gate = new();
    private bool _isVoid;
    private bool _isOvertaken;
    private bool _hasLanded;

    public byte[] EngineKey { get; } = engineKey;

    /// <summary>The epoch before the read began; zero if its result must not be stored.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>The time before the read began, by the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long Started { get; } = started;

    public Task<TResult> Result => _completion.Task;

    /// <summary>Whether other readers may take its result.</summary>
    public bool CanBeJoined(ReadOnlySpan<byte> engineKey, long now, long maxAgeMilliseconds)
    {
        lock (_gate)
        {
            return !_isVoid && engineKey.SequenceEqual(EngineKey) && now - Started <= maxAgeMilliseconds;
        }
    }

    public void Void()
    {
        lock (_gate)
        {
            _isVoid = true;
        }
    }

    /// <summary>An older flight of the key, which this one has replaced, is about to return what it has read. That can
    /// be newer than what this one reads, and reads after it must not go back to that.</summary>
    public void Overtake()
    {
        lock (_gate)
        {
            _isOvertaken = true;
            _isVoid |= _hasLanded; // its readers have their answer; no later one joins
        }
    }

    /// <summary>The read begins, or begins again: what an older flight has returned by now is not newer.</summary>
    public void BeginRead()
    {
        lock (_gate)
        {
            _isOvertaken = false;
        }
    }

    /// <summary>Stores a copy if no invalidation has arrived. In one step with the question whether one has:
    /// <see cref="Void"/> comes before, or the copy that it removes is already there.</summary>
    public bool TryFill(ICopies<TResult> copies, ReadOnlySpan<byte> key, TResult result, TimeSpan? timeToLive)
    {
        lock (_gate)
        {
            return !_isVoid && !_isOvertaken
                && (_hasLanded = copies.TryStore(key, result, Epoch, timeToLive));
        }
    }

    /// <summary>Ends a flight that has stored nothing, so that nobody joins it any more.</summary>
    /// <returns>False if it must read again, because it was overtaken and later readers may have joined it.</returns>
    public bool TryLand()
    {
        lock (_gate)
        {
            if (_isOvertaken && !_isVoid)
            {
                return false;
            }

            _isVoid = true;
            return true;
        }
    }

    public void Complete(TResult result) => _completion.TrySetResult(result);

    public void Fail(Exception exception)
    {
        _completion.TrySetException(exception);
        _ = _completion.Task.Exception; // observed: perhaps nobody else waits
    }
}
