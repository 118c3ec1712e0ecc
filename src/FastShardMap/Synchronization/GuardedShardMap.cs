using System.Numerics;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Synchronization;

namespace FastShardMap;

/// <summary>A map with an alternative locking strategy: its shards are unmanaged tables, each under a lock that a type
/// parameter selects. Use <see cref="ShardMap{TKey, TValue}"/> unless you need a particular lock, or a map to compare
/// it with.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="TGuard">The type of the lock: <see cref="MutexGuard"/>, <see cref="ReaderWriterGuard"/>, or a type
/// of your own.</typeparam>
/// <remarks>Readers wait for writers, growth copies a whole shard under its lock, and callbacks must not call this map
/// at all. <see cref="IConcurrentMap{TKey, TValue}"/> describes the other guarantees.</remarks>
public sealed class GuardedShardMap<TKey, TValue, TGuard> : IConcurrentMap<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TGuard : struct, IMapGuard<TGuard>
{
    private readonly Shard[] _shards;
    private readonly nuint _viewMask;
    private readonly HashSeed _seed = HashSeed.Create();
    private bool _disposed;

    /// <summary>Creates an empty map.</summary>
    /// <param name="shardCount">The number of shards, from 1 to <see cref="ShardMapOptions.MaxShardCount"/>, rounded up
    /// to a power of two; 0 for the default of <see cref="ShardMap{TKey, TValue}"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shardCount"/> is negative or too
    /// large.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    public GuardedShardMap(int shardCount = 0)
    {
        EntryLimit.ThrowIfTooLarge<TKey, TValue>();
        int shards = new ShardMapOptions { ShardCount = shardCount }.Resolve().ShardCount;
        _viewMask = (nuint)(uint)(shards - 1) << HashBits.ShardShift;
        _shards = new Shard[shards];
        for (int shard = 0; shard < shards; shard++)
        {
            _shards[shard] = new Shard(TGuard.Create(), new LocalMap<TKey, TValue>(_seed, GetType()));
        }
    }

    /// <inheritdoc/>
    public long Count
    {
        get
        {
            Outside();
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
            return _shards.Sum(shard => shard.Map.Count);
        }
    }

    /// <inheritdoc/>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue value) ? value : throw MapErrors.KeyNotFound(key);
        set
        {
            StoreOperation<TValue> operation = new(value);
            Write(key, ref operation);
        }
    }

    /// <inheritdoc/>
    public bool TryGetValue(TKey key, out TValue value)
    {
        Sharding.ThreadState thread = Outside();
        ulong hash = default(DefaultHasher<TKey>).Hash(key, _seed);
        Shard shard = ShardOf(hash);
        shard.Guard.EnterRead();
        thread.EnterCallback(this); // a key's Equals must not write: the mutex would let its own thread enter again
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return shard.Map.TryGetValue(key, hash, out value);
        }
        finally
        {
            thread.LeaveCallback();
            shard.Guard.ExitRead();
        }
    }

    /// <inheritdoc/>
    public void Add(TKey key, TValue value)
    {
        if (!TryAdd(key, value))
        {
            throw MapErrors.KeyPresent(key);
        }
    }

    /// <inheritdoc/>
    public bool TryAdd(TKey key, TValue value)
    {
        GetOrAddOperation<TValue> operation = new(value);
        Write(key, ref operation);
        return operation.Added;
    }

    /// <inheritdoc/>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(newValue, comparisonValue, EntryAction.Store);
        Write(key, ref operation);
        return operation.Done;
    }

    /// <inheritdoc/>
    public bool TryRemove(TKey key, out TValue value)
    {
        RemoveOperation<TValue> operation = default;
        Write(key, ref operation);
        value = operation.Value;
        return operation.Found;
    }

    /// <inheritdoc/>
    public TValue AddOrUpdate(
        TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        UpsertOperation<TKey, TValue, DelegateUpserter<TKey, TValue>> operation =
            new(key, new(addValueFactory, updateValueFactory));
        Write(key, ref operation);
        return operation.Value;
    }

    /// <inheritdoc/>
    public void Clear() => ForAll(static shard => shard.Map.Clear());

    /// <summary>Copies all entries, as of one instant, to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        List<KeyValuePair<TKey, TValue>> entries = [];
        ForAll(shard => shard.Map.CopyTo(entries));
        return [.. entries];
    }

    /// <summary>Disposes the map and releases its memory. Further calls have no effect.</summary>
    public void Dispose()
    {
        void End(Shard shard)
        {
            _disposed = true;
            shard.Map.Dispose();
        }

        ForAll(End, isDispose: true);
    }

    private void Write<TOperation>(TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        Sharding.ThreadState thread = Outside();
        ulong hash = default(DefaultHasher<TKey>).Hash(key, _seed);
        Shard shard = ShardOf(hash);
        shard.Guard.EnterWrite();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            thread.EnterCallback(this);
            try
            {
                shard.Map.Write(key, hash, ref operation);
            }
            finally
            {
                thread.LeaveCallback();
            }
        }
        finally
        {
            shard.Guard.ExitWrite();
        }
    }

    /// <summary>Runs an action on all shards at one instant.</summary>
    private void ForAll(Action<Shard> act, bool isDispose = false)
    {
        Outside();
        int entered = 0;
        try
        {
            for (; entered < _shards.Length; entered++)
            {
                _shards[entered].Guard.EnterWrite();
            }

            if (!isDispose || !_disposed)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                Array.ForEach(_shards, act);
            }
        }
        finally
        {
            while (entered > 0)
            {
                _shards[--entered].Guard.ExitWrite();
            }
        }
    }

    private Sharding.ThreadState Outside()
    {
        Sharding.ThreadState thread = Sharding.ThreadState.Current;
        if (thread.CallbackDepth != 0 && thread.IsInCallbackOf(this))
        {
            throw new InvalidOperationException("A callback called back into the map that is running it.");
        }

        thread.ReserveCallback();
        return thread;
    }

    private Shard ShardOf(ulong hash) => _shards[HashBits.ViewOffset(hash, _viewMask) >> HashBits.ShardShift];

    private sealed class Shard(TGuard guard, LocalMap<TKey, TValue> map)
    {
        public TGuard Guard { get; } = guard;

        public LocalMap<TKey, TValue> Map { get; } = map;
    }
}
