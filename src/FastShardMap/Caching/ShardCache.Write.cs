using System.Runtime.CompilerServices;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Sharding;

namespace FastShardMap;

public unsafe partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>Stores a value with the time to live of the options, whether the key is present or not. A full cache
    /// evicts an entry to make room.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <remarks>Replacing the value of a present key rarely takes a lock. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public void Set(TKey key, TValue value) => Store(key, value, _defaultLife);

    /// <summary>Stores a value that expires after a time, whether the key is present or not. A full cache evicts an
    /// entry to make room.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="timeToLive">The time after which the entry expires; <see cref="Timeout.InfiniteTimeSpan"/> for
    /// never.</param>
    /// <remarks>As for <see cref="Set(TKey, TValue)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not
    /// <see cref="Timeout.InfiniteTimeSpan"/>), or more than
    /// <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public void Set(TKey key, TValue value, TimeSpan timeToLive) => Store(key, value, LifeOf(timeToLive));

    /// <summary>Adds an entry if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="timeToLive">The time after which the entry expires; null for that of the options.</param>
    /// <returns>Whether the entry was added. An expired entry counts as absent.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not
    /// <see cref="Timeout.InfiniteTimeSpan"/>), or more than
    /// <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public bool TryAdd(TKey key, TValue value, TimeSpan? timeToLive = null)
    {
        uint life = LifeOf(timeToLive);
        CacheOperation<TValue, GetOrAddOperation<TValue>> operation =
            Storing(new GetOrAddOperation<TValue>(value), life);
        WriteLocked(key, ref operation);
        return operation.Inner.Added;
    }

    /// <summary>Gets the value of a key, and adds a value if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <param name="timeToLive">The time after which an added entry expires; null for that of the options.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>Lock-free if the key is present.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not
    /// <see cref="Timeout.InfiniteTimeSpan"/>), or more than
    /// <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this
    /// cache.</exception>
    public TValue GetOrAdd(TKey key, TValue value, TimeSpan? timeToLive = null)
    {
        uint life = LifeOf(timeToLive);
        if (TryGetValue(key, out TValue present))
        {
            return present;
        }

        CacheOperation<TValue, GetOrAddOperation<TValue>> operation =
            Storing(new GetOrAddOperation<TValue>(value), life);
        WriteLocked(key, ref operation);
        return operation.Inner.Value;
    }

    /// <summary>Gets the value of a key, and adds a value from a factory if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Runs at most once per addition among all threads, under the
    /// shard's lock.</param>
    /// <param name="timeToLive">The time after which an added entry expires; null for that of the options.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>Lock-free if the key is present. If the factory throws, the exception is passed to the caller, and
    /// nothing is added or evicted.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative (but not
    /// <see cref="Timeout.InfiniteTimeSpan"/>), or more than
    /// <see cref="ShardCacheOptions.MaxTimeToLive"/>.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this
    /// cache.</exception>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory, TimeSpan? timeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue> factory = new(valueFactory);
        return GetOrAddFrom(key, factory, LifeOf(timeToLive));
    }

    /// <summary>Gets the value of a key, and adds a value from a factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Runs at most once per addition among all threads, under the
    /// shard's lock.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="timeToLive">The time after which an added entry expires; null for that of the options.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <inheritdoc cref="GetOrAdd(TKey, Func{TKey, TValue}, TimeSpan?)" path="/remarks"/>
    /// <inheritdoc cref="GetOrAdd(TKey, Func{TKey, TValue}, TimeSpan?)" path="/exception"/>
    public TValue GetOrAdd<TArg>(
        TKey key, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument, TimeSpan? timeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue, TArg> factory = new(valueFactory, factoryArgument);
        return GetOrAddFrom(key, factory, LifeOf(timeToLive));
    }

    /// <summary>Replaces the value of a present key if it equals another value. The entry keeps its expiry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that the entry must have.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <remarks>Values are compared as <see cref="ShardMap{TKey, TValue, THasher}.TryUpdate(TKey, TValue, TValue)"/>
    /// compares them. Rarely takes a lock.</remarks>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CacheOperation<TValue, CompareOperation<TValue>> operation =
            Keeping(new CompareOperation<TValue>(newValue, comparisonValue, EntryAction.Store));
        if (!_shards.TryWriteFast(key, ref operation))
        {
            WriteLocked(key, ref operation);
        }

        GC.KeepAlive(this);
        return operation.Inner.Done;
    }

    /// <summary>Changes the value of a present key by a delegate. The entry keeps its expiry.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="update">Changes the value. Runs once, under the shard's lock, on a copy.</param>
    /// <param name="arg">The argument that is passed to <paramref name="update"/>.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public bool TryUpdate<TArg>(TKey key, RefAction<TValue, TArg> update, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(update);
        DelegateUpdater<TValue, TArg> updater = new(update, arg);
        return TryUpdate(key, ref updater);
    }

    /// <summary>Changes the value of a present key by a struct. The entry keeps its expiry.</summary>
    /// <typeparam name="TUpdater">The type of the struct.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="updater">Changes the value as the delegate does. Receives the changes that the call makes to
    /// it.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public bool TryUpdate<TUpdater>(TKey key, ref TUpdater updater)
        where TUpdater : struct, IValueUpdater<TValue>
    {
        CacheOperation<TValue, UpdateOperation<TValue, TUpdater>> operation =
            Keeping(new UpdateOperation<TValue, TUpdater>(updater));
        WriteLocked(key, ref operation);
        updater = operation.Inner.Updater;
        return operation.Inner.Found;
    }

    /// <summary>Changes the value of a present key by a struct, which decides whether to keep the entry. A kept entry
    /// keeps its expiry.</summary>
    /// <typeparam name="TKeeper">The type of the struct.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keeper">Changes the value. Runs once, under the shard's lock, on a copy. Receives the changes that
    /// the call makes to it.</param>
    /// <returns>Whether the key was present and its entry had not expired.</returns>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public bool TryUpdateOrRemove<TKeeper>(TKey key, ref TKeeper keeper)
        where TKeeper : struct, IValueKeeper<TValue>
    {
        CacheOperation<TValue, KeepOperation<TValue, TKeeper>> operation =
            Keeping(new KeepOperation<TValue, TKeeper>(keeper));
        WriteLocked(key, ref operation);
        keeper = operation.Inner.Keeper;
        return operation.Inner.Found;
    }

    /// <summary>Removes the entry of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value that the entry had; default if the key is absent.</param>
    /// <returns>Whether the key was present and its entry had not expired.</returns>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public bool TryRemove(TKey key, out TValue value)
    {
        CacheOperation<TValue, RemoveOperation<TValue>> operation = Keeping(default(RemoveOperation<TValue>));
        WriteLocked(key, ref operation);
        value = operation.Inner.Value;
        return operation.Inner.Found;
    }

    /// <summary>Removes the entry of a key if it has the given value.</summary>
    /// <param name="item">The key, and the value that the entry must have.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this cache.</exception>
    public bool TryRemove(KeyValuePair<TKey, TValue> item)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CacheOperation<TValue, CompareOperation<TValue>> operation =
            Keeping(new CompareOperation<TValue>(default, item.Value, EntryAction.Remove));
        WriteLocked(item.Key, ref operation);
        return operation.Inner.Done;
    }

    private static uint LifeOf(TimeSpan timeToLive)
    {
        ShardCacheOptions.ThrowIfInvalid(timeToLive, nameof(timeToLive));
        return timeToLive == Timeout.InfiniteTimeSpan ? 0 : ExpiryTick.LifeOf(timeToLive);
    }

    internal uint LifeOf(TimeSpan? timeToLive) => timeToLive is { } given ? LifeOf(given) : _defaultLife;

    private TValue GetOrAddFrom<TFactory>(TKey key, TFactory factory, uint life)
        where TFactory : struct, IValueFactory<TKey, TValue>
    {
        if (TryGetValue(key, out TValue present))
        {
            return present;
        }

        CacheOperation<TValue, FactoryOperation<TKey, TValue, TFactory>> operation =
            Storing(new FactoryOperation<TKey, TValue, TFactory>(key, factory), life);
        WriteLocked(key, ref operation);
        return operation.Inner.Value;
    }

    private void Store(TKey key, in TValue value, uint life)
    {
        CacheOperation<TValue, StoreOperation<TValue>> operation =
            Storing(new StoreOperation<TValue>(value), life, setsExpiry: true);
        if (_shards.TryWriteFast(key, ref operation) && !operation.HasMetExpired)
        {
            _requests?.CountReplacement();
        }
        else
        {
            long added = WriteLocked(key, ref operation);
            if (added == 0)
            {
                _requests?.CountReplacement();
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Returns an operation that may store an entry with this life.</summary>
    internal CacheOperation<TValue, TInner> Storing<TInner>(in TInner inner, uint life, bool setsExpiry = false)
        where TInner : struct, IEntryOperation<TValue>
    {
        uint expiry = ExpiryOf(life, out uint now);
        return new(inner, now, expiry, setsExpiry);
    }

    /// <summary>Returns the tick at which an entry expires that is stored now.</summary>
    /// <param name="life">The life of the entry; 0 if it never expires.</param>
    /// <param name="now">The current tick; 0 if no entry of the cache expires.</param>
    private uint ExpiryOf(uint life, out uint now)
    {
        if (life == 0)
        {
            now = _sweeps.AreNeeded ? _clock.Now : 0;
            return 0;
        }

        _sweeps.Expect(life);
        now = _clock.Exact(out bool isBehind);
        while (isBehind)
        {
            RemoveExpired(); // a clock that jumps by years: the entry must not expire early when the time catches up
            now = _clock.Exact(out isBehind);
        }

        return ExpiryTick.After(now, life);
    }

    /// <summary>Returns an operation that stores no new entries and keeps expiries.</summary>
    internal CacheOperation<TValue, TInner> Keeping<TInner>(in TInner inner)
        where TInner : struct, IEntryOperation<TValue> =>
        new(inner, _sweeps.AreNeeded ? _clock.Now : 0, expiry: 0, setsExpiry: false);

    /// <summary>Performs one write under the lock of the key's shard.</summary>
    /// <returns>The number of entries that the write has added.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal long WriteLocked<TInner>(in TKey key, ref CacheOperation<TValue, TInner> operation)
        where TInner : struct, IEntryOperation<TValue>
    {
        ulong hash = _shards.Hash(key);
        Shard<TKey, CacheEntry<TValue>, THasher> shard = _shards.ShardFor(hash);
        shard.Prefetch(hash);
        long added;
        using (RemovalScope<TKey, TValue> removals = new(_removals))
        using (LockedShard<TKey, CacheEntry<TValue>, THasher> locked = Enter(shard, TInner.RunsUserCode))
        {
            CacheShard<TKey, TValue, THasher> cache = CacheOf(shard, removals);
            if (_sweeps.AreNeeded)
            {
                cache.SweepNext(operation.Now); // before the write: a hasher that throws must not follow it
            }

            added = cache.Write(hash, key, ref operation);
            cache.CompactBesideWrite();
        }

        GoOnCompacting();
        GC.KeepAlive(this);
        return added;
    }

    private LockedShard<TKey, CacheEntry<TValue>, THasher> Enter(
        Shard<TKey, CacheEntry<TValue>, THasher> shard, bool runsUserCode)
    {
        // NeedsNoKeepAlive: every caller does it.
        LockedShard<TKey, CacheEntry<TValue>, THasher> locked = shard.Enter(
            _shards.EnterThread(),
            guarded: runsUserCode || ShardSet<TKey, CacheEntry<TValue>, THasher>.KeysRunUserCode);
        if (_shards.IsDisposed)
        {
            locked.Dispose();
            _shards.ThrowIfDisposed();
        }

        return locked;
    }
}
