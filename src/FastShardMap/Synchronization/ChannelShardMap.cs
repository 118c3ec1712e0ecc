using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Synchronization;

namespace FastShardMap;

/// <summary>A map whose shards each have one owner, which alone accesses the table of the shard. Operations are sent to
/// the owner through a bounded queue (an actor), and no locks are used. This type is meant for comparison, and for code
/// that is asynchronous anyway.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para><b>Waiting.</b> Synchronous members block until the owner has answered; asynchronous members await the answer.
/// If the queue is full, senders wait (back-pressure). <see cref="Thread.Interrupt"/> does not end a wait, because the
/// operation is performed anyway; the interruption is delivered at the thread's next wait.</para>
/// <para>
/// <b>Threads.</b> Owners run on background threads of the library and never on the thread pool, so callers that block
/// all threads of the pool still get their answers. All maps of this type share these threads. Their number is that of
/// the processors, however many maps and shards there are. If operations are queued and no owner makes progress for 100
/// ms, because callbacks are waiting, one more thread is started. A thread ends after five seconds without work. No
/// execution context flows to these threads: a callback sees neither the async locals of the sender or of the
/// constructor, nor those of another callback.
/// </para>
/// <para><b>Shutdown.</b> <see cref="Dispose"/> and <see cref="DisposeAsync"/> perform every operation that was
/// accepted before, and refuse every later one with <see cref="ObjectDisposedException"/>. Every operation gets an
/// answer.</para>
/// <para><b>Allocation.</b> Every operation allocates its message. <see cref="IConcurrentMap{TKey, TValue}"/> describes
/// the other guarantees.</para>
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
    /// <see cref="ShardMapOptions.MaxShardCount"/>, rounded up to a power of two; 0 for the default of
    /// <see cref="ShardMap{TKey, TValue}"/>.</param>
    /// <param name="queueLength">The number of operations that can wait for an owner before senders must wait, 1 or
    /// more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shardCount"/> is negative or too large, or
    /// <paramref name="queueLength"/> is less than 1.</exception>
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
            _owners[shard] = new ShardOwner<TKey, TValue>(
                new LocalMap<TKey, TValue>(_seed, GetType()), queueLength, this);
        }
    }

    /// <summary>The number of entries. The count of each shard is taken at its own moment.</summary>
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
    public TValue AddOrUpdate(
        TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory) =>
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

    /// <summary>Adds an entry if its key is absent.</summary>
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

    /// <summary>Replaces the value of a key if it equals a given value.</summary>
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
    /// <returns>Whether the key was present, and the removed value.</returns>
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

    /// <summary>Adds an entry with a value from one delegate, or changes the value of an existing entry by another. The
    /// delegates run on the thread of the owner.</summary>
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

    /// <summary>Performs the operations that were sent before, refuses later ones, and releases the memory. Returns
    /// when all of this is done. Further calls wait for the same.</summary>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public void Dispose()
    {
        foreach (Task end in Complete())
        {
            OwnerThreads.Await(end);
        }
    }

    /// <summary>Performs the operations that were sent before, refuses later ones, and releases the memory.</summary>
    /// <returns>A task that completes when all of this is done.</returns>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Complete()).ConfigureAwait(false);

    private Task[] Complete() => [.. _owners.Select(owner => owner.Complete())];

    private static long Sum(Task<long>[] parts) => parts.Sum(OwnerThreads.Await);

    private ulong Hash(TKey key) => default(DefaultHasher<TKey>).Hash(key, _seed);

    private ShardOwner<TKey, TValue> OwnerOf(ulong hash) =>
        _owners[HashBits.ViewOffset(hash, _viewMask) >> HashBits.ShardShift];
}
