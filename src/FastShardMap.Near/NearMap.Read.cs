using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;
using StackExchange.Redis;

namespace FastShardMap.Near;

public sealed partial class NearMap<TKey, TValue>
{
    /// <summary>Much less than any time to live that is worth a copy; the clock of expiries is that coarse.</summary>
    private static readonly TimeSpan s_expiryTolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets the near copy of a key, without asking the engine.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or default.</param>
    /// <returns>Whether the map is live and has a near copy of a value.</returns>
    /// <remarks>No I/O, no allocation. The value was current at some moment within
    /// <see cref="NearMapOptions.MaxStaleness"/> before the call or during it.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryGetLocal(TKey key, out TValue value)
    {
        // The lease first: an invalidation that was handled before it was granted is then seen.
        int epoch = _lease.LiveEpoch;
        if (epoch != 0
            && _store.TryGet(key, out LocalEntry<TValue> entry)
            && entry.Epoch == epoch
            && entry.Version != 0)
        {
            _counters.Hit();
            value = entry.Value;
            return true;
        }

        if (epoch == 0)
        {
            ThrowIfDisposed();
        }

        value = default;
        return false;
    }

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="freshness">Whether a near copy may answer.</param>
    /// <param name="cancellationToken">A token to stop waiting. A read that others wait for goes on.</param>
    /// <returns>The value and its version, or the answer that the key has none.</returns>
    /// <remarks>A near hit completes synchronously and does not allocate. Concurrent misses of one key ask the engine
    /// once. The consistency of each form of read is in the document <c>near.md</c>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="freshness"/> is none of the enum.</exception>
    /// <exception cref="NearFormatException">The engine holds other bytes under the key.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<NearResult<TValue>> GetAsync(
        TKey key, Freshness freshness = Freshness.Near, CancellationToken cancellationToken = default)
    {
        if (freshness == Freshness.Near)
        {
            return TryGetCopy(key, out NearResult<TValue> copy)
                ? new ValueTask<NearResult<TValue>>(copy)
                : new ValueTask<NearResult<TValue>>(GetThroughAsync(key, cancellationToken));
        }

        if (freshness != Freshness.Engine)
        {
            throw new ArgumentOutOfRangeException(nameof(freshness), freshness, "Unknown freshness.");
        }

        return new ValueTask<NearResult<TValue>>(GetFromEngineAsync(key, cancellationToken));
    }

    private bool TryGetCopy(TKey key, out NearResult<TValue> copy)
    {
        int epoch = _lease.LiveEpoch;
        if (epoch != 0 && _store.TryGet(key, out LocalEntry<TValue> entry) && entry.Epoch == epoch)
        {
            _counters.Hit();
            copy = new NearResult<TValue>(
                entry.Version != 0, entry.Value, new NearVersion(entry.Version), IsNear: true);
            return true;
        }

        copy = default;
        return false;
    }

    private async Task<NearResult<TValue>> GetThroughAsync(TKey key, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ulong hash = KeyFormat.HashOf(key);
        if (StartFlight(key, hash, out Flight<TKey, TValue> flight))
        {
            _ = FlyAsync(hash, flight);
        }

        // The flight itself ends by the timeout of the operation and of the turn; this bound is behind both.
        return await flight.Result.WaitAsync(_options.OperationTimeout * 3, cancellationToken).ConfigureAwait(false);
    }

    private bool StartFlight(TKey key, ulong hash, out Flight<TKey, TValue> flight)
    {
        // The epoch first: what is read in an earlier epoch must not be stored in a later one.
        int epoch = _lease.ArmedEpoch;
        bool isNew = _flights.TryStart(
            hash, key, epoch, Environment.TickCount64, _maxStalenessMilliseconds, out flight);
        if (isNew)
        {
            _counters.Miss();
        }
        else
        {
            _counters.Join();
        }

        return isNew;
    }

    /// <summary>Reads the key of a flight, and stores what it finds if the flight still entitles it to.</summary>
    private async Task FlyAsync(ulong hash, Flight<TKey, TValue> flight)
    {
        try
        {
            if (!await _fetches.WaitAsync(_options.OperationTimeout).ConfigureAwait(false))
            {
                throw new TimeoutException("Too many reads wait for the engine.");
            }

            try
            {
                byte[] engineKey = _engine.Keys.Encode(flight.Key);
                RedisValue bytes = await _engine.Database.StringGetAsync(engineKey, CommandFlags.DemandMaster)
                    .ConfigureAwait(false);
                flight.Complete(await LandAsync(flight, engineKey, bytes).ConfigureAwait(false));
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

    /// <summary>Decodes what a flight has read, and stores it.</summary>
    private async Task<NearResult<TValue>> LandAsync(Flight<TKey, TValue> flight, byte[] engineKey, RedisValue bytes)
    {
        NearResult<TValue> result = Decode(bytes, engineKey, out bool expires);
        if (BeforeFill is { } beforeFill)
        {
            await beforeFill().ConfigureAwait(false);
        }

        bool isStored = flight.Epoch != 0
            && await TryStoreAsync(flight, engineKey, result, expires).ConfigureAwait(false);
        if (!isStored)
        {
            // An older copy may still be there, and reads after this one must not go back to it.
            _store.Remove(flight.Key);
        }

        _counters.Fill(isStored);
        return result;
    }

    private async Task<bool> TryStoreAsync(
        Flight<TKey, TValue> flight, byte[] engineKey, NearResult<TValue> result, bool expires)
    {
        TimeSpan? timeToLive = Source == InvalidationSource.Published ? _options.MaxForeignStaleness : null;
        if (expires)
        {
            TimeSpan? remaining = await RemainingAsync(engineKey).ConfigureAwait(false) - s_expiryTolerance;
            if (remaining is null || remaining <= TimeSpan.Zero)
            {
                return false;
            }

            timeToLive = timeToLive < remaining ? timeToLive : remaining;
        }

        LocalEntry<TValue> entry = new()
        {
            Version = result.Version.Value,
            Epoch = flight.Epoch,
            Value = result.Value,
        };
        return flight.TryFill(_store, entry, timeToLive);
    }

    /// <summary>The time until a key expires, counted from before the engine was asked; null if that is not
    /// known.</summary>
    private async Task<TimeSpan?> RemainingAsync(byte[] engineKey)
    {
        long started = Environment.TickCount64;
        TimeSpan? timeToLive = await _engine.Database.KeyTimeToLiveAsync(engineKey, CommandFlags.DemandMaster)
            .ConfigureAwait(false);
        return timeToLive - TimeSpan.FromMilliseconds(Environment.TickCount64 - started);
    }

    private async Task<NearResult<TValue>> GetFromEngineAsync(TKey key, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        _counters.Miss();
        byte[] engineKey = _engine.Keys.Encode(key);
        RedisValue bytes = await _engine.Database.StringGetAsync(engineKey, CommandFlags.DemandMaster)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        NearResult<TValue> result = Decode(bytes, engineKey, out _);

        // A read that begins after this one must not go back behind it: neither by an older copy nor by a flight that
        // has read before.
        _flights.Void(KeyFormat.HashOf(key));
        if (_store.TryPeek(key, out LocalEntry<TValue> entry) && entry.Version != result.Version.Value)
        {
            _store.Remove(key);
        }

        return result;
    }

    private NearResult<TValue> Decode(RedisValue bytes, byte[] engineKey, out bool expires)
    {
        if (bytes.IsNull)
        {
            expires = false;
            return default;
        }

        ReadOnlyMemory<byte> memory = bytes;
        string? fault = ValueFormat<TValue>.TryDecode(
            memory.Span, engineKey, out TValue value, out ulong version, out expires);
        if (fault is not null)
        {
            _counters.FormatError();
            throw new NearFormatException(
                $"The value of a key with the prefix {_options.Prefix} ({memory.Length} bytes) {fault}.");
        }

        return new NearResult<TValue>(Found: true, value, new NearVersion(version), IsNear: false);
    }
}
