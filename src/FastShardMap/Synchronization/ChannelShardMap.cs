using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Synchronization;

namespace FastShardMap;

/// <summary>The same map without locks: each shard has one owner that alone touches its table, and operations are
/// sent to it through a bounded queue (an actor). For comparison, and for code that awaits anyway.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para><b>Waiting.</b> The synchronous forms block until the owner has answered; the asynchronous ones await it. A
/// full queue makes senders wait (back-pressure). <see cref="Thread.Interrupt"/> does not end a wait, because the
/// operation happens all the same; it is delivered at the thread's next wait.</para>
/// <para>
/// <b>Threads.</b> Owners run on background threads of the library's own, never on the thread pool: callers that block
/// all of the pool still get their answers. All maps of this type share them: as many as processors, however many maps
/// and shards there are. While operations are queued and no owner gets on for 100 ms, because callbacks wait for
/// something, one thread more is started. A thread ends after five seconds without work. No execution context flows to
/// them: a callback sees neither the sender's nor the constructor's async locals, nor another callback's.
/// </para>
/// <para><b>Shutdown.</b> <see cref="Dispose"/> and <see cref="DisposeAsync"/> perform every operation that was
/// accepted before, and refuse every later one with <see cref="ObjectDisposedException"/>; none is left without an
/// answer.</para>
/// <para><b>Allocation.</b> Every operation allocates its message. For the rest see
/// <see cref="IConcurrentMap{TKey, TValue}"/>.</para>
/// </remarks>
public sealed class ChannelShardMap<TKey, TValue> : IConcurrentMap<TKey, TValue>, IAsyncDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly ShardOwner<TKey, TValue>[] _owners;
    private readonly nuint _viewMask;
    private readonly HashSeed _seed = HashSeed.Create();

    /// <summary>Creates an empty map.</summary>
    /// <param name="shardCount">The number of shards, each with an owner, from 1 to
    /// <see cref="ShardMapOptions.MaxShardCount"/>, rounded up to a power of two; 0 for
    /// <see cref="ShardMap{TKey, TValue}"/>'s default.</param>
    /// <param name="queueLength">Operations that wait for an owner before their senders do, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shardCount"/> is negative or too large, or
    /// <paramref name="queueLength"/> less than 1.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    public ChannelShardMap(int shardCount = 0, int queueLength = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queueLength, 1);
        EntryLimit.ThrowIfTooLarge<TKey, TValue>();
        int shards = new ShardMapOptions { ShardCount = shardCount }.Resolve().ShardCount;
        _viewMask = (nuint)(uint)(shards - 1) << HashBits.ShardShift;
        _owners = new ShardOwner<TKey, TValue>[shards];
        for (int shard = 0; shard < shards; shard++)
        {
            _owners[shard] = new ShardOwner<TKey, TValue>(new LocalMap<TKey, TValue>(_seed, GetType()), queueLength, this);
        }
    }

    /// <summary>The number of entries, each shard's at its own moment.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Count => Sum([.. _owners.Select(owner => owner.Send(0, static (map, _) => map.Count))]);

    /// <inheritdoc/>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue value) ? value : throw MapErrors.KeyNotFound(key);
        set => OwnerThreads.Await(SetAsync(key, value).AsTask());
    }

    /// <inheritdoc/>
    public bool TryGetValue(TKey key, out TValue value)
    {
        (bool found, value) = OwnerThreads.Await(TryGetValueAsync(key).AsTask());
        return found;
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
    public bool TryAdd(TKey key, TValue value) => OwnerThreads.Await(TryAddAsync(key, value).AsTask());

    /// <inheritdoc/>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue) =>
        OwnerThreads.Await(TryUpdateAsync(key, newValue, comparisonValue).AsTask());

    /// <inheritdoc/>
    public bool TryRemove(TKey key, out TValue value)
    {
        (bool found, value) = OwnerThreads.Await(TryRemoveAsync(key).AsTask());
        return found;
    }

    /// <inheritdoc/>
    public TValue AddOrUpdate(TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory) =>
        OwnerThreads.Await(AddOrUpdateAsync(key, addValueFactory, updateValueFactory).AsTask());

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present, and its value.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<(bool Found, TValue Value)> TryGetValueAsync(TKey key)
    {
        ulong hash = Hash(key);
        return new(OwnerOf(hash).Send(
            (key, hash), static (map, at) => (map.TryGetValue(at.key, at.hash, out TValue value), value)));
    }

    /// <summary>Stores a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the key was absent.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<bool> SetAsync(TKey key, TValue value)
    {
        ulong hash = Hash(key);
        return new(OwnerOf(hash).Send((key, hash, value), static (map, at) =>
        {
            long before = map.Count;
            StoreOperation<TValue> operation = new(at.value);
            map.Write(at.key, at.hash, ref operation);
            return map.Count != before;
        }));
    }

    /// <summary>Adds an entry unless its key is present.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<bool> TryAddAsync(TKey key, TValue value)
    {
        ulong hash = Hash(key);
        return new(OwnerOf(hash).Send((key, hash, value), static (map, at) =>
        {
            GetOrAddOperation<TValue> operation = new(at.value);
            map.Write(at.key, at.hash, ref operation);
            return operation.Added;
        }));
    }

    /// <summary>Replaces the value of a key if it equals a given one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    public ValueTask<bool> TryUpdateAsync(TKey key, TValue newValue, TValue comparisonValue)
    {
        ValueEquality<TValue>.ThrowIfNone();
        ulong hash = Hash(key);
        return new(OwnerOf(hash).Send((key, hash, newValue, comparisonValue), static (map, at) =>
        {
            CompareOperation<TValue> operation = new(at.newValue, at.comparisonValue, EntryAction.Store);
            map.Write(at.key, at.hash, ref operation);
            return operation.Done;
        }));
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key was present, and the value removed.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<(bool Found, TValue Value)> TryRemoveAsync(TKey key)
    {
        ulong hash = Hash(key);
        return new(OwnerOf(hash).Send((key, hash), static (map, at) =>
        {
            RemoveOperation<TValue> operation = default;
            map.Write(at.key, at.hash, ref operation);
            return (operation.Found, operation.Value);
        }));
    }

    /// <summary>Adds an entry made by one delegate, or changes the value of a present one by another. The delegates run
    /// on the owner's thread.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<TValue> AddOrUpdateAsync(
        TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        ulong hash = Hash(key);
        return new(OwnerOf(hash).Send((key, hash, addValueFactory, updateValueFactory), static (map, at) =>
        {
            UpsertOperation<TKey, TValue, DelegateUpserter<TKey, TValue>> operation =
                new(at.key, new(at.addValueFactory, at.updateValueFactory));
            map.Write(at.key, at.hash, ref operation);
            return operation.Value;
        }));
    }

    /// <summary>Removes all entries, shard by shard.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public void Clear() => Sum([.. _owners.Select(owner => owner.Send(0, static (map, _) =>
    {
        map.Clear();
        return 0L;
    }))]);

    /// <summary>Copies all entries to a new array, each shard as of one instant.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        Task<List<KeyValuePair<TKey, TValue>>>[] parts = [.. _owners.Select(owner => owner.Send(0, static (map, _) =>
        {
            List<KeyValuePair<TKey, TValue>> entries = [];
            map.CopyTo(entries);
            return entries;
        }))];
        return [.. parts.SelectMany(OwnerThreads.Await)];
    }

    /// <summary>Performs what was sent before, refuses what is sent after, and gives the memory back; returns when all
    /// of it is done. A second call waits for the same.</summary>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public void Dispose()
    {
        foreach (Task end in Complete())
        {
            OwnerThreads.Await(end);
        }
    }

    /// <summary>Performs what was sent before, refuses what is sent after, and gives the memory back.</summary>
    /// <returns>The end of it.</returns>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Complete()).ConfigureAwait(false);

    private Task[] Complete() => [.. _owners.Select(owner => owner.Complete())];

    private static long Sum(Task<long>[] parts) => parts.Sum(OwnerThreads.Await);

    private ulong Hash(TKey key) => default(DefaultHasher<TKey>).Hash(key, _seed);

    private ShardOwner<TKey, TValue> OwnerOf(ulong hash) =>
        _owners[HashBits.ViewOffset(hash, _viewMask) >> HashBits.ShardShift];
}
