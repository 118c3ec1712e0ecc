using System.Runtime.CompilerServices;
using FastShardMap.Operations;

namespace FastShardMap;

public partial class ShardMapExclusive<TKey, TValue, THasher>
{
    /// <summary>Whether the map has no entries.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public bool IsEmpty => Count == 0;

    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>Gets the value of a key, and adds a value if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <inheritdoc cref="TryAdd" path="/exception"/>
    [OverloadResolutionPriority(1)] // a literal default is a value and not a delegate
    public TValue GetOrAdd(TKey key, TValue value)
    {
        GetOrAddOperation<TValue> operation = new(value);
        Write(nameof(GetOrAdd), key, ref operation);
        return operation.Value;
    }

    /// <summary>Gets the value of a key, and adds the value that a delegate creates if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <inheritdoc cref="TryAdd" path="/exception"/>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue> factory = new(valueFactory);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds the value that a delegate creates from an argument if the key is
    /// absent.</summary>
    /// <typeparam name="TArg">The type of the argument.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value.</param>
    /// <param name="factoryArgument">The argument of the delegate.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <inheritdoc cref="TryAdd" path="/exception"/>
    public TValue GetOrAdd<TArg>(TKey key, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue, TArg> factory = new(valueFactory, factoryArgument);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds the value that a struct functor creates if the key is
    /// absent.</summary>
    /// <typeparam name="TFactory">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="factory">Creates the value. Receives the changes that the call makes to it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <inheritdoc cref="TryAdd" path="/exception"/>
    public TValue GetOrAdd<TFactory>(TKey key, ref TFactory factory)
        where TFactory : struct, IValueFactory<TKey, TValue>
    {
        FactoryOperation<TKey, TValue, TFactory> operation = new(key, factory);
        Write(nameof(GetOrAdd), key, ref operation);
        factory = operation.Factory;
        return operation.Value;
    }

    /// <summary>Adds an entry, or changes the value of an existing entry by a delegate.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value to add if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="updateValueFactory"/> is null.</exception>
    /// <inheritdoc cref="TryAdd" path="/exception"/>
    [OverloadResolutionPriority(1)] // a literal default is a value and not a delegate
    public TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        ValueUpserter<TKey, TValue> upserter = new(addValue, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry with a value from one delegate, or changes the value of an existing entry by another.
    /// Both get an argument.</summary>
    /// <typeparam name="TArg">The type of the argument.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <param name="factoryArgument">The argument of the delegates.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    /// <inheritdoc cref="AddOrUpdate{TUpserter}(TKey, ref TUpserter)" path="/exception"/>
    public TValue AddOrUpdate<TArg>(
        TKey key,
        Func<TKey, TArg, TValue> addValueFactory,
        Func<TKey, TValue, TArg, TValue> updateValueFactory,
        TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        DelegateUpserter<TKey, TValue, TArg> upserter = new(addValueFactory, updateValueFactory, factoryArgument);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Replaces the value of a key if it equals a given value (compare and swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="comparisonValue">The value that is compared with the current value, as by
    /// <see cref="ShardMap{TKey, TValue, THasher}.TryUpdate(TKey, TValue, TValue)"/>.</param>
    /// <returns>Whether the value was replaced.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdate(TKey key, TValue newValue, TValue comparisonValue)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(newValue, comparisonValue, EntryAction.Store);
        Write(nameof(TryUpdate), key, ref operation);
        return operation.Done;
    }

    /// <summary>Changes the value of a key in place by a delegate.</summary>
    /// <typeparam name="TArg">The type of the argument.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="update">Changes the value.</param>
    /// <param name="arg">The argument of the delegate.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdate<TArg>(TKey key, RefAction<TValue, TArg> update, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(update);
        DelegateUpdater<TValue, TArg> updater = new(update, arg);
        return TryUpdate(key, ref updater);
    }

    /// <summary>Changes the value of a key in place by a struct functor.</summary>
    /// <typeparam name="TUpdater">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="updater">Changes the value. Receives the changes that the call makes to it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdate<TUpdater>(TKey key, ref TUpdater updater)
        where TUpdater : struct, IValueUpdater<TValue>
    {
        UpdateOperation<TValue, TUpdater> operation = new(updater);
        Write(nameof(TryUpdate), key, ref operation);
        updater = operation.Updater;
        return operation.Found;
    }

    /// <summary>Changes the value of a key in place, or removes its entry, as a delegate decides.</summary>
    /// <typeparam name="TArg">The type of the argument.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keep">Changes the value, and returns whether the entry stays.</param>
    /// <param name="arg">The argument of the delegate.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="keep"/> is null.</exception>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdateOrRemove<TArg>(TKey key, RefFunc<TValue, TArg, bool> keep, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(keep);
        DelegateKeeper<TValue, TArg> keeper = new(keep, arg);
        return TryUpdateOrRemove(key, ref keeper);
    }

    /// <summary>Changes the value of a key in place, or removes its entry, as a struct functor decides.</summary>
    /// <typeparam name="TKeeper">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keeper">Changes the value, and returns whether the entry stays. Receives the changes that the call
    /// makes to it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdateOrRemove<TKeeper>(TKey key, ref TKeeper keeper)
        where TKeeper : struct, IValueKeeper<TValue>
    {
        KeepOperation<TValue, TKeeper> operation = new(keeper);
        Write(nameof(TryUpdateOrRemove), key, ref operation);
        keeper = operation.Keeper;
        return operation.Found;
    }

    /// <summary>Replaces the value of a present key (swap).</summary>
    /// <param name="key">The key.</param>
    /// <param name="newValue">The value to store.</param>
    /// <param name="oldValue">The replaced value; default if the key is absent.</param>
    /// <returns>Whether the key was present. If it was not, nothing is stored.</returns>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryExchange(TKey key, TValue newValue, out TValue oldValue)
    {
        ExchangeOperation<TValue> operation = new(newValue);
        Write(nameof(TryExchange), key, ref operation);
        oldValue = operation.Value;
        return operation.Found;
    }

    /// <summary>Removes an entry if its value equals a given value (compare and delete).</summary>
    /// <param name="item">The key, and the value that is compared with the current value.</param>
    /// <returns>Whether the entry was removed.</returns>
    /// <exception cref="NotSupportedException">Values of this type cannot be compared.</exception>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryRemove(KeyValuePair<TKey, TValue> item)
    {
        ValueEquality<TValue>.ThrowIfNone();
        CompareOperation<TValue> operation = new(item.Value, item.Value, EntryAction.Remove);
        Write(nameof(TryRemove), item.Key, ref operation);
        return operation.Done;
    }

    /// <summary>Gets the values of many keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">Receives the value of each key; default for absent keys. At least as long as
    /// <paramref name="keys"/>.</param>
    /// <param name="found">Receives whether each key is present. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of keys that are present.</returns>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is too
    /// short.</exception>
    /// <inheritdoc cref="TryGetValue" path="/exception"/>
    public int TryGetValues(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found)
    {
        MapErrors.ThrowIfShorter(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(found.Length, keys.Length, nameof(found));
        Enter(nameof(TryGetValues)); // also without keys
        int hits = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            bool present = TryGetValue(keys[i], out values[i]);
            found[i] = present;
            hits += present ? 1 : 0;
        }

        return hits;
    }

    /// <summary>Adds many entries whose keys are absent.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>If the write of an entry throws, the writes before it have happened, and those after it have
    /// not.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the entries so far
    /// have been added.</exception>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        return AddEach(keys, values, default);
    }

    /// <summary>Adds many entries whose keys are absent, and reports which of them were added.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <param name="added">Receives whether each key was added. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, or
    /// <paramref name="added"/> is too short; nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the entries so far
    /// have been added.</exception>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return AddEach(keys, values, added);
    }

    /// <summary>Sets the values of many keys, whether they are present or not.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the values so far
    /// have been set.</exception>
    public void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        StoreRange<TValue> range = new(values);
        WriteEach<StoreOperation<TValue>, StoreRange<TValue>>(nameof(SetRange), keys, ref range);
    }

    /// <summary>Removes many entries.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <returns>The number of entries removed.</returns>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public int TryRemoveRange(ReadOnlySpan<TKey> keys) => RemoveEach(keys, default);

    /// <summary>Removes many entries, and reports which of them were present.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <param name="removed">Receives whether each key was removed. At least as long as
    /// <paramref name="keys"/>.</param>
    /// <returns>The number of entries removed.</returns>
    /// <exception cref="ArgumentException"><paramref name="removed"/> is too short; nothing has changed.</exception>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public int TryRemoveRange(ReadOnlySpan<TKey> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return RemoveEach(keys, removed);
    }

    internal void Write<TOperation>(string name, TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        Enter(name);
        _map.Shards.WriteExclusive(_owner, key, ref operation);
        GC.KeepAlive(_map);
    }

    internal void WriteEach<TOperation, TRange>(string name, ReadOnlySpan<TKey> keys, ref TRange range)
        where TOperation : struct, IEntryOperation<TValue>
        where TRange : struct, IEntryRange<TValue, TOperation>, allows ref struct
    {
        Enter(name);
        for (int i = 0; i < keys.Length; i++)
        {
            TKey key = keys[i]; // a copy, because the caller's memory may change in the meantime
            TOperation operation = range.OperationAt(i);
            _map.Shards.WriteExclusive(_owner, key, ref operation);
            range.Record(i, operation);
        }

        GC.KeepAlive(_map);
    }

    private int AddEach(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        AddRange<TValue> range = new(values, added);
        WriteEach<GetOrAddOperation<TValue>, AddRange<TValue>>(nameof(TryAddRange), keys, ref range);
        return range.Count;
    }

    private int RemoveEach(ReadOnlySpan<TKey> keys, Span<bool> removed)
    {
        RemoveRange<TValue> range = new(removed);
        WriteEach<RemoveOperation<TValue>, RemoveRange<TValue>>(nameof(TryRemoveRange), keys, ref range);
        return range.Count;
    }
}
