using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;
using StackExchange.Redis;

namespace FastShardMap.Near;

internal sealed partial class NearCore<TResult>
{
    /// <summary>Much less than any time to live that is worth a copy; the clock of expiries is that coarse.</summary>
    private static readonly TimeSpan s_expiryTolerance = TimeSpan.FromMilliseconds(50);

    // A flight ends by the timeouts of the turn, of following slots that move, and of the last attempt; this bound is
    // behind all of them.
    private TimeSpan Patience => _options.OperationTimeout * 4;

    /// <summary>Reads a key that has no near copy that may answer.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="freshness"/> is not a defined value of the
    /// enum.</exception>
    public Task<TResult> GetAsync(byte[] engineKey, Freshness freshness, CancellationToken cancellationToken) =>
        freshness switch
        {
            Freshness.Near => GetThroughAsync(engineKey, cancellationToken),
            Freshness.Engine => GetFromEngineAsync(engineKey, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(freshness), freshness, "Unknown freshness."),
        };

    /// <summary>Reads a key that has no near copy: by a flight of its own, or by the one that is on its way.</summary>
    private async Task<TResult> GetThroughAsync(byte[] engineKey, CancellationToken cancellationToken)
    {
        if (StartFlight(engineKey, out ulong hash, out Flight<TResult> flight))
        {
            _ = FlyAsync(hash, flight);
        }

        return await ResultOfAsync(flight, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads keys that have no near copies, in one trip per node, or two if values expire.</summary>
    public async Task<TResult[]> GetManyThroughAsync(byte[][] engineKeys, CancellationToken cancellationToken)
    {
        List<(ulong Hash, Flight<TResult> Flight)> own = [];
        Flight<TResult>[] flights = new Flight<TResult>[engineKeys.Length];
        for (int index = 0; index < flights.Length; index++)
        {
            if (StartFlight(engineKeys[index], out ulong hash, out flights[index]))
            {
                own.Add((hash, flights[index]));
            }
        }

        if (own.Count > 0)
        {
            // Once for all: to wait for one flight after the other would change threads for each of them. The caller
            // goes on elsewhere, because the thread that ends the last flight can be one of the client library.
            await FlyManyAsync(own).WaitAsync(Patience, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        TResult[] results = new TResult[flights.Length];
        for (int index = 0; index < flights.Length; index++)
        {
            results[index] = await ResultOfAsync(flights[index], cancellationToken).ConfigureAwait(false);
        }

        return results;
    }

    private async Task<TResult> GetFromEngineAsync(byte[] engineKey, CancellationToken cancellationToken)
    {
        Counters.Miss();
        RedisValue bytes = await _entries.ReadAsync(engineKey).WaitAsync(cancellationToken).ConfigureAwait(false);
        TResult result = Decode(bytes, engineKey, out _);

        // A read that begins after this one must not go back behind it: neither by an older copy nor by a flight that
        // has read before.
        ReadOnlySpan<byte> key = _engine.Keys.KeyOf(engineKey);
        _flights.Void(KeyFormat.HashOf(key));
        _copies.RemoveOther(key, result);
        return result;
    }

    private Task<TResult> ResultOfAsync(Flight<TResult> flight, CancellationToken cancellationToken) =>
        flight.Result.WaitAsync(Patience, cancellationToken);

    private bool StartFlight(byte[] engineKey, out ulong hash, out Flight<TResult> flight)
    {
        // The epoch first: what is read in an earlier epoch must not be stored in a later one.
        int epoch = Lease.ArmedEpoch;
        hash = KeyFormat.HashOf(_engine.Keys.KeyOf(engineKey));
        bool isNew = _flights.TryStart(
            hash, engineKey, epoch, Environment.TickCount64, _maxStalenessMilliseconds, out flight);
        if (isNew)
        {
            Counters.Miss();
        }
        else
        {
            Counters.Join();
        }

        return isNew;
    }

    /// <summary>Reads the key of a flight, and stores what it finds if the flight still entitles it to.</summary>
    private async Task FlyAsync(ulong hash, Flight<TResult> flight)
    {
        try
        {
            if (!await _fetches.WaitAsync(_options.OperationTimeout).ConfigureAwait(false))
            {
                throw new TimeoutException("Too many reads wait for the engine.");
            }

            try
            {
                flight.BeginRead();
                RedisValue bytes = await _entries.ReadAsync(flight.EngineKey).ConfigureAwait(false);
                flight.Complete(await LandAsync(flight, bytes).ConfigureAwait(false));
            }
            finally
            {
                _fetches.Release();
            }
        }
        catch (Exception exception)
        {
            flight.Fail(exception);
        }
        finally
        {
            _flights.Remove(hash, flight);
        }
    }

    /// <summary>Reads the keys of many flights. Never fails itself: the flights do.</summary>
    private async Task FlyManyAsync(List<(ulong Hash, Flight<TResult> Flight)> flights)
    {
        try
        {
            RedisValue[] answers = await _entries
                .ReadManyAsync([.. flights.Select(flight => flight.Flight.EngineKey)]).ConfigureAwait(false);

            // Values that expire need a second trip: all of them make it at the same time.
            List<Task>? landings = null;
            for (int index = 0; index < flights.Count; index++)
            {
                Task landing = EndAsync(flights[index].Flight, answers[index]);
                if (!landing.IsCompleted)
                {
                    (landings ??= []).Add(landing);
                }
            }

            if (landings is not null)
            {
                await Task.WhenAll(landings).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            foreach ((_, Flight<TResult> flight) in flights)
            {
                flight.Fail(exception);
            }
        }
        finally
        {
            foreach ((ulong hash, Flight<TResult> flight) in flights)
            {
                _flights.Remove(hash, flight);
            }
        }
    }

    /// <summary>Ends a flight with what it has read. Never fails itself: the flight does.</summary>
    private async Task EndAsync(Flight<TResult> flight, RedisValue bytes)
    {
        try
        {
            flight.Complete(await LandAsync(flight, bytes).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            flight.Fail(exception);
        }
    }

    /// <summary>Decodes what a flight has read, and stores it.</summary>
    private async ValueTask<TResult> LandAsync(Flight<TResult> flight, RedisValue bytes)
    {
        while (true)
        {
            TResult result = Decode(bytes, flight.EngineKey, out bool expires);
            if (BeforeFill is { } beforeFill)
            {
                await beforeFill().ConfigureAwait(false);
            }

            bool isStored = flight.Epoch != 0
                && await TryStoreAsync(flight, result, expires).ConfigureAwait(false);
            if (isStored || flight.TryLand())
            {
                if (!isStored)
                {
                    LeaveNoOlder(flight);
                }

                Counters.Fill(isStored);
                return result;
            }

            // A void flight has returned what may be newer, and readers have joined this one since. It is not made
            // void itself: the next one would then be void because of this one, and so on, and a key that is read all
            // the time would never get a copy.
            flight.BeginRead();
            bytes = await _entries.ReadAsync(flight.EngineKey).ConfigureAwait(false);
        }
    }

    /// <summary>A flight has stored nothing and is about to return what it has read. Reads after it must not go back
    /// behind that: neither by the flight that has replaced it, which may have read before, nor by an older
    /// copy.</summary>
    private void LeaveNoOlder(Flight<TResult> flight)
    {
        ReadOnlySpan<byte> key = _engine.Keys.KeyOf(flight.EngineKey);

        // The flight first: one that has stored by then has stored before, so the copy is there to be dropped.
        _flights.Overtake(KeyFormat.HashOf(key), flight);
        _copies.Remove(key);
    }

    private async ValueTask<bool> TryStoreAsync(Flight<TResult> flight, TResult result, bool expires)
    {
        TimeSpan? timeToLive = Source == InvalidationSource.Published ? _options.MaxForeignStaleness : null;
        if (expires)
        {
            TimeSpan? remaining =
                await RemainingAsync(flight.EngineKey).ConfigureAwait(false) - s_expiryTolerance;
            if (remaining is null || remaining <= TimeSpan.Zero)
            {
                return false;
            }

            timeToLive = timeToLive < remaining ? timeToLive : remaining;
        }

        return flight.TryFill(_copies, _engine.Keys.KeyOf(flight.EngineKey), result, timeToLive);
    }

    /// <summary>The time until a key expires, counted from before the engine was asked; null if that is not
    /// known.</summary>
    private async Task<TimeSpan?> RemainingAsync(byte[] engineKey)
    {
        long started = Environment.TickCount64;
        try
        {
            TimeSpan? timeToLive = await _entries.ReadTimeToLiveAsync(engineKey).ConfigureAwait(false);
            return timeToLive - TimeSpan.FromMilliseconds(Environment.TickCount64 - started);
        }
        catch (Exception)
        {
            // Whatever it is: the value has arrived, and without the time there is just no copy.
            return null;
        }
    }

    private TResult Decode(RedisValue bytes, byte[] engineKey, out bool expires)
    {
        if (bytes.IsNull)
        {
            expires = false;
            return default!;
        }

        ReadOnlyMemory<byte> memory = bytes;
        string? fault = _copies.TryDecode(memory, engineKey, out TResult result, out expires);
        if (fault is not null)
        {
            Counters.FormatError();
            throw new NearFormatException(
                $"The value of a key with the prefix {_options.Prefix} ({memory.Length} bytes) {fault}.");
        }

        return result;
    }
}
