using StackExchange.Redis;

namespace FastShardMap.Near;

public sealed partial class NearMap<TKey, TValue>
{
    /// <summary>Gets the values of many keys: near copies first, and the rest from the engine in one trip per node,
    /// or two if values expire. All nodes are asked at the same time.</summary>
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
        CheckRoom(keys.Length, values.Length, found.Length);
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

    /// <exception cref="ArgumentException">There is less room than there are keys.</exception>
    internal static void CheckRoom(int keys, int values, int found)
    {
        if (values < keys)
        {
            throw new ArgumentException("There is less room for values than there are keys.", nameof(values));
        }

        if (found < keys)
        {
            throw new ArgumentException("There is less room for answers than there are keys.", nameof(found));
        }
    }

    /// <summary>Gets the values at some positions from the engine, and keeps copies.</summary>
    /// <returns>The number of keys that have a value, plus <paramref name="count"/>.</returns>
    internal async Task<int> GetManyThroughAsync(
        ReadOnlyMemory<TKey> keys,
        Memory<TValue> values,
        Memory<bool> found,
        List<int> missing,
        int count,
        CancellationToken cancellationToken)
    {
        byte[][] engineKeys = [.. missing.Select(index => EngineKeyOf(keys.Span[index]))];
        NearResult<TValue>[] results =
            await _core.GetManyThroughAsync(engineKeys, cancellationToken).ConfigureAwait(false);
        for (int position = 0; position < results.Length; position++)
        {
            values.Span[missing[position]] = results[position].Value;
            found.Span[missing[position]] = results[position].Found;
            count += results[position].Found ? 1 : 0;
        }

        return count;
    }
}
