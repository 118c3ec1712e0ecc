using System.Runtime.CompilerServices;
using FastShardMap.Operations;

namespace FastShardMap;

/// <summary>A phase in which only one thread may use a map with the default hasher.
/// <see cref="ShardMapExclusive{TKey, TValue, THasher}"/> describes all members.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class ShardMapExclusive<TKey, TValue> : ShardMapExclusive<TKey, TValue, DefaultHasher<TKey>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    internal ShardMapExclusive(ShardMap<TKey, TValue> map)
        : base(map)
    {
    }
}

/// <summary>A phase in which only one thread may use a map. No locks are taken, and calls by other threads are
/// detected. <see cref="ShardMap{TKey, TValue, THasher}.EnterExclusive"/> begins a phase; disposing this object ends
/// it.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="THasher">The type of the hasher.</typeparam>
/// <remarks>
/// <para><b>Misuse.</b> If another thread than the one that began the phase calls a member, the member throws
/// <see cref="InvalidOperationException"/> before it does anything; the message names both threads and operations.
/// Operations of other threads through the map itself throw as well, including reads. The thread that began the phase
/// may read through the map, but its writes and enumerations through the map throw. In any case, the map stays intact
/// and usable. (Any thread may read <c>Count</c> and the other figures of the map.)</para>
/// <para><b>Allocation.</b> None, like the operations of the map itself.</para>
/// </remarks>
public partial class ShardMapExclusive<TKey, TValue, THasher> : IDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly ShardMap<TKey, TValue, THasher> _map;
    private readonly Sharding.ThreadState _owner;

    /// <summary>Prevents the id of the thread from being reused, if the thread ends before the phase does.</summary>
    private readonly object _idKeeper = Sharding.ThreadState.IdKeeper;
    private bool _ended;

    internal ShardMapExclusive(ShardMap<TKey, TValue, THasher> map)
    {
        _map = map;
        _owner = map.Shards.EnterExclusive();
        GC.KeepAlive(map);
        _owner.LastExclusiveOperation = "EnterExclusive";
    }

    /// <summary>The number of entries.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public long Count
    {
        get
        {
            Enter("Count");
            long count = _map.Shards.Count;
            GC.KeepAlive(_map);
            return count;
        }
    }

    internal bool IsOwnedByThisThread => Environment.CurrentManagedThreadId == _owner.Id;

    /// <summary>Gets or sets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">The property is retrieved, and the key is absent.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or the property is set from a
    /// callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">The property is set, a shard must grow, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue value) ? value : throw MapErrors.KeyNotFound(key, _map.Name);
        set
        {
            Enter("a store");
            StoreOperation<TValue> operation = new(value);
            _map.Shards.WriteExclusive(_owner, key, ref operation);
            GC.KeepAlive(_map);
        }
    }

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public bool TryGetValue(TKey key, out TValue value)
    {
        Enter(nameof(TryGetValue));
        bool found = _map.Shards.TryReadExclusive(_owner, key, out value);
        GC.KeepAlive(_map);
        return found;
    }

    /// <summary>Adds an entry whose key must be absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <exception cref="ArgumentException">The key is present; its value is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public void Add(TKey key, TValue value)
    {
        if (!TryAdd(key, value))
        {
            throw MapErrors.KeyPresent(key, _map.Name);
        }
    }

    /// <summary>Adds an entry if its key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public bool TryAdd(TKey key, TValue value)
    {
        Enter(nameof(TryAdd));
        GetOrAddOperation<TValue> operation = new(value);
        _map.Shards.WriteExclusive(_owner, key, ref operation);
        GC.KeepAlive(_map);
        return operation.Added;
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public bool TryRemove(TKey key, out TValue value)
    {
        Enter(nameof(TryRemove));
        RemoveOperation<TValue> operation = default;
        _map.Shards.WriteExclusive(_owner, key, ref operation);
        GC.KeepAlive(_map);
        value = operation.Value;
        return operation.Found;
    }

    /// <summary>Adds an entry with a value from one delegate, or changes the value of an existing entry by
    /// another.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public TValue AddOrUpdate(
        TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        DelegateUpserter<TKey, TValue> upserter = new(addValueFactory, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry, or changes the value of an existing entry, by a struct functor.</summary>
    /// <typeparam name="TUpserter">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="upserter">Creates or changes the value. Receives the changes that the call makes to it.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public TValue AddOrUpdate<TUpserter>(TKey key, ref TUpserter upserter)
        where TUpserter : struct, IValueUpserter<TKey, TValue>
    {
        Enter(nameof(AddOrUpdate));
        UpsertOperation<TKey, TValue, TUpserter> operation = new(key, upserter);
        _map.Shards.WriteExclusive(_owner, key, ref operation);
        GC.KeepAlive(_map);
        upserter = operation.Upserter;
        return operation.Value;
    }

    /// <summary>Copies all entries to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">The map has more entries than an array can hold.</exception>
    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        Enter(nameof(ToArray));
        KeyValuePair<TKey, TValue>[] entries = _map.Shards.ToArrayExclusive();
        GC.KeepAlive(_map);
        return entries;
    }

    /// <summary>Ends the phase, so that all threads may use the map again. Further calls have no effect.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    public void Dispose()
    {
        if (!_ended)
        {
            Enter(nameof(Dispose));
            _map.Shards.ThrowIfInCallback();
            _ended = true;
            _owner.LastExclusiveOperation = null;
            _map.EndExclusive();
            _map.Shards.ExitExclusive();
            GC.KeepAlive(_map);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // suites: FamilySuite.WriteExclusively
    internal void Enter(string operation)
    {
        if (Environment.CurrentManagedThreadId != _owner.Id || _ended)
        {
            ThrowForeign(operation);
        }

        _owner.LastExclusiveOperation = operation;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowForeign(string operation)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        throw new InvalidOperationException(
            $"Concurrent use of a map that is held exclusively: thread {Environment.CurrentManagedThreadId} called "
            + $"{operation}, and thread {_owner.Id} holds the map. The last operation of thread {_owner.Id} was "
            + $"{_owner.LastExclusiveOperation}.");
    }
}
