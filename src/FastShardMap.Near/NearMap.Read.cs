using System.Runtime.CompilerServices;
using FastShardMap.Near.Local;
using StackExchange.Redis;

namespace FastShardMap.Near;

public sealed partial class NearMap<TKey, TValue>
{
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
        int epoch = _lease.QuickEpoch;
        if (epoch != 0)
        {
            bool isFound = _cache.TryGetValue(key, out LocalEntry<TValue> entry) && entry.SignedEpoch >= epoch;
            value = isFound ? entry.Value : default;
            return isFound;
        }

        // Through a variable of its own, so that a hit keeps the value in registers.
        bool isCopy = TryGetLocal(key, out TValue copy, firstEpoch: 0);
        value = copy;
        return isCopy;
    }

    /// <inheritdoc cref="TryGetLocal(TKey, out TValue)"/>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or default.</param>
    /// <param name="firstEpoch">The first epoch whose copies of this key are valid.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool TryGetLocal(TKey key, out TValue value, int firstEpoch)
    {
        int epoch = _lease.LiveEpoch;
        if (epoch != 0
            && _cache.TryGetValue(key, out LocalEntry<TValue> entry)
            && entry.SignedEpoch >= Math.Max(epoch, firstEpoch))
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
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="freshness"/> is not a defined value of the
    /// enum.</exception>
    /// <exception cref="NearFormatException">The engine holds other bytes under the key.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<NearResult<TValue>> GetAsync(
        TKey key, Freshness freshness = Freshness.Near, CancellationToken cancellationToken = default)
    {
        if (freshness == Freshness.Near && TryGetCopy(key, out NearResult<TValue> copy))
        {
            return new ValueTask<NearResult<TValue>>(copy);
        }

        return GetThroughAsync(key, freshness, cancellationToken);
    }

    /// <summary>Gets the value of a key from the engine. <see cref="Freshness.Near"/> keeps a copy.</summary>
    internal ValueTask<NearResult<TValue>> GetThroughAsync(
        TKey key, Freshness freshness, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return new ValueTask<NearResult<TValue>>(
            _core.GetAsync(EngineKeyOf(key), freshness, cancellationToken));
    }

    /// <summary>Gets the near copy of a key, also of one that has no value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="copy">The copy, or default.</param>
    /// <param name="firstEpoch">The first epoch whose copies of this key are valid.</param>
    internal bool TryGetCopy(TKey key, out NearResult<TValue> copy, int firstEpoch = 0)
    {
        int epoch = _lease.LiveEpoch;
        if (epoch != 0
            && _cache.TryGetValue(key, out LocalEntry<TValue> entry)
            && entry.Epoch >= Math.Max(epoch, firstEpoch))
        {
            _counters.Hit();
            copy = new NearResult<TValue>(
                entry.Version != 0, entry.Value, new NearVersion(entry.Version), IsNear: true);
            return true;
        }

        copy = default;
        return false;
    }
}
