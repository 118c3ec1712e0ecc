using FastShardMap.Operations;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Adds an entry if its key is absent, unless the shard's lock cannot be taken in time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <param name="timeout">The maximum time to wait for the lock, rounded up to milliseconds: zero not to wait,
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was added, its key was present, or the wait ended first.</returns>
    /// <remarks>
    /// <para>The calling thread waits. When the call returns, no part of it is still in progress, so a write that was
    /// reported as timed out or canceled never happens later. The time limit and the token have no effect after the
    /// lock has been taken.</para>
    /// <para>If the token is already canceled, the call returns at once. The call waits only for the lock: once it has
    /// the lock, a write takes microseconds, including growth. Allocates nothing, except the registration of a token
    /// that can be canceled, if the thread has to sleep.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or
    /// exceeds <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public DeadlineResult TryAdd(
        TKey key, TValue value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        GetOrAddOperation<TValue> operation = new(value);
        DeadlineResult result = TryWrite(key, ref operation, timeout, cancellationToken);
        return ResultOf(result, operation.Added);
    }

    /// <summary>Stores a value, whether the key is present or not, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to store.</param>
    /// <param name="timeout">The maximum time to wait for the lock; see
    /// <see cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was stored, or the wait ended first.</returns>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/exception"/>
    public DeadlineResult TrySet(
        TKey key, TValue value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        StoreOperation<TValue> operation = new(value);
        return TryWrite(key, ref operation, timeout, cancellationToken);
    }

    /// <summary>Replaces the value of a key if it equals a given value, unless the shard's lock cannot be taken in
    /// time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, by the equality of the type;
    /// see <see cref="TryUpdate(TKey, TValue, TValue)"/>.</param>
    /// <param name="timeout">The maximum time to wait for the lock; see
    /// <see cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was replaced, the key was absent or had another value, or the wait ended
    /// first.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/exception"/>
    public DeadlineResult TryUpdate(
        TKey key,
        TValue newValue,
        TValue comparisonValue,
        TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(newValue, comparisonValue, EntryAction.Store);
        DeadlineResult result = TryWrite(key, ref operation, timeout, cancellationToken);
        return ResultOf(result, operation.Done);
    }

    /// <summary>Changes the value of a present key in place by a struct functor, unless the shard's lock cannot be
    /// taken in time.</summary>
    /// <typeparam name="TUpdater">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="updater">Changes the value. Receives the changes that the call makes to it.</param>
    /// <param name="timeout">The maximum time to wait for the lock; see
    /// <see cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the value was changed, the key was absent, or the wait ended first.</returns>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/exception"/>
    public DeadlineResult TryUpdate<TUpdater>(
        TKey key, ref TUpdater updater, TimeSpan timeout, CancellationToken cancellationToken = default)
        where TUpdater : struct, IValueUpdater<TValue>
    {
        UpdateOperation<TValue, TUpdater> operation = new(updater);
        DeadlineResult result = TryWrite(key, ref operation, timeout, cancellationToken);
        updater = operation.Updater;
        return ResultOf(result, operation.Found);
    }

    /// <summary>Removes an entry, unless the shard's lock cannot be taken in time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if no entry was removed.</param>
    /// <param name="timeout">The maximum time to wait for the lock; see
    /// <see cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns>Whether the entry was removed, its key was absent, or the wait ended first.</returns>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="TryAdd(TKey, TValue, TimeSpan, CancellationToken)" path="/exception"/>
    public DeadlineResult TryRemove(
        TKey key, out TValue value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        RemoveOperation<TValue> operation = default;
        DeadlineResult result = TryWrite(key, ref operation, timeout, cancellationToken);
        value = operation.Value;
        return ResultOf(result, operation.Found);
    }

    internal static DeadlineResult ResultOf(DeadlineResult result, bool applied) =>
        result == DeadlineResult.Done && !applied ? DeadlineResult.NotApplicable : result;

    internal DeadlineResult TryWrite<TOperation>(
        TKey key, ref TOperation operation, TimeSpan timeout, CancellationToken cancellationToken)
        where TOperation : struct, IEntryOperation<TValue>
    {
        int milliseconds = MillisecondsOf(timeout);
        _shards.ThrowIfDisposed();
        if (cancellationToken.IsCancellationRequested)
        {
            return DeadlineResult.Canceled;
        }

        bool done = _shards.TryWrite(key, ref operation, milliseconds, cancellationToken);
        GC.KeepAlive(this);
        return done ? DeadlineResult.Done
            : cancellationToken.IsCancellationRequested ? DeadlineResult.Canceled
            : DeadlineResult.TimedOut;
    }

    private static int MillisecondsOf(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return Timeout.Infinite;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        double milliseconds = Math.Ceiling(timeout.TotalMilliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, int.MaxValue, nameof(timeout));
        return (int)milliseconds;
    }
}
