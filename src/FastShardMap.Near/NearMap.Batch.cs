using FastShardMap.Near.Engine;
using FastShardMap.Near.Local;
using StackExchange.Redis;

namespace FastShardMap.Near;

public sealed partial class NearMap<TKey, TValue>
{
    /// <summary>Gets the values of many keys: near copies first, and the rest from the engine in one trip per node,
    /// which all nodes make at the same time.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">Receives the values, or default, at the positions of the keys.</param>
    /// <param name="found">Receives whether each key has a value.</param>
    /// <param name="cancellationToken">A token to stop waiting.</param>
    /// <returns>The number of keys that have a value.</returns>
    /// <remarks>Each key is read as by <see cref="GetAsync"/>; the values are not of one instant. Does not allocate if
    /// near copies answer all keys.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is shorter than
    /// <paramref name="keys"/>.</exception>
    /// <exception cref="NearFormatException">The engine holds other bytes under one of the keys. The contents of
    /// <paramref name="values"/> and <paramref name="found"/> are then not defined.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<int> GetManyAsync(
        ReadOnlyMemory<TKey> keys,
        Memory<TValue> values,
        Memory<bool> found,
        CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (values.Length < keys.Length)
        {
            throw new ArgumentException("There is less room for values than there are keys.", nameof(values));
        }

        if (found.Length < keys.Length)
        {
            throw new ArgumentException("There is less room for answers than there are keys.", nameof(found));
        }

        List<int>? missing = null;
        int count = 0;
        ReadOnlySpan<TKey> keySpan = keys.Span;
        for (int index = 0; index < keySpan.Length; index++)
        {
            if (TryGetCopy(keySpan[index], out NearResult<TValue> copy))
            {
                values.Span[index] = copy.Value;
                found.Span[index] = copy.Found;
                count += copy.Found ? 1 : 0;
            }
            else
            {
                (missing ??= []).Add(index);
            }
        }

        return missing is null
            ? new ValueTask<int>(count)
            : new ValueTask<int>(GetManyThroughAsync(keys, values, found, missing, count, cancellationToken));
    }

    private async Task<int> GetManyThroughAsync(
        ReadOnlyMemory<TKey> keys,
        Memory<TValue> values,
        Memory<bool> found,
        List<int> missing,
        int count,
        CancellationToken cancellationToken)
    {
        List<(ulong Hash, Flight<TKey, TValue> Flight)> own = [];
        Flight<TKey, TValue>[] flights = new Flight<TKey, TValue>[missing.Count];
        for (int position = 0; position < flights.Length; position++)
        {
            TKey key = keys.Span[missing[position]];
            ulong hash = KeyFormat.HashOf(key);
            if (StartFlight(key, hash, out flights[position]))
            {
                own.Add((hash, flights[position]));
            }
        }

        if (own.Count > 0)
        {
            _ = FlyManyAsync(own);
        }

        for (int position = 0; position < flights.Length; position++)
        {
            NearResult<TValue> result = await flights[position].Result
                .WaitAsync(_options.OperationTimeout * 3, cancellationToken).ConfigureAwait(false);
            values.Span[missing[position]] = result.Value;
            found.Span[missing[position]] = result.Found;
            count += result.Found ? 1 : 0;
        }

        return count;
    }

    private async Task FlyManyAsync(List<(ulong Hash, Flight<TKey, TValue> Flight)> flights)
    {
        try
        {
            byte[][] engineKeys = [.. flights.Select(flight => _engine.Keys.Encode(flight.Flight.Key))];
            RedisValue[] answers = await ReadManyAsync(engineKeys).ConfigureAwait(false);
            for (int index = 0; index < flights.Count; index++)
            {
                Flight<TKey, TValue> flight = flights[index].Flight;
                try
                {
                    flight.Complete(await LandAsync(flight, engineKeys[index], answers[index]).ConfigureAwait(false));
                }
                catch (Exception exception)
                {
                    flight.Fail(exception);
                }
            }
        }
        catch (Exception exception)
        {
            foreach ((_, Flight<TKey, TValue> flight) in flights)
            {
                flight.Fail(exception);
            }
        }
        finally
        {
            foreach ((ulong hash, Flight<TKey, TValue> flight) in flights)
            {
                _flights.Remove(hash, flight);
            }
        }
    }

    private async Task<RedisValue[]> ReadManyAsync(byte[][] engineKeys)
    {
        if (!_engine.IsCluster)
        {
            RedisKey[] names = [.. engineKeys.Select(key => (RedisKey)key)];
            return await _engine.Database.StringGetAsync(names, CommandFlags.DemandMaster).ConfigureAwait(false);
        }

        // A command of several keys reads one slot only; a batch sends single ones to each node together.
        IBatch batch = _engine.Database.CreateBatch();
        Task<RedisValue>[] reads =
            [.. engineKeys.Select(key => batch.StringGetAsync(key, CommandFlags.DemandMaster))];
        batch.Execute();
        return await Task.WhenAll(reads).ConfigureAwait(false);
    }
}
