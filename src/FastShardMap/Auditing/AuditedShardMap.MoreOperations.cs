using System.Runtime.CompilerServices;
using FastShardMap.Operations;

namespace FastShardMap;

public partial class AuditedShardMap<TKey, TValue, THasher>
{
    /// <summary>The number of entries; see <see cref="ShardMap{TKey, TValue, THasher}.Count"/>. Not recorded.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Count => Map.Count;

    /// <summary>Gets the value of a key, and adds the value that a delegate creates if the key is absent. The operation
    /// is recorded as a hit or an addition.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <inheritdoc cref="GetOrAdd(TKey, TValue)" path="/exception"/>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue> factory = new(valueFactory);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds the value that a delegate creates from an argument if the key is
    /// absent. The operation is recorded as a hit or an addition.</summary>
    /// <typeparam name="TArg">The type of the argument.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value.</param>
    /// <param name="factoryArgument">The argument of the delegate.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <inheritdoc cref="GetOrAdd(TKey, TValue)" path="/exception"/>
    public TValue GetOrAdd<TArg>(TKey key, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue, TArg> factory = new(valueFactory, factoryArgument);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds the value that a struct functor creates if the key is absent. The
    /// operation is recorded as a hit or an addition.</summary>
    /// <typeparam name="TFactory">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="factory">Creates the value. Receives the changes that the call makes to it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <inheritdoc cref="GetOrAdd(TKey, TValue)" path="/exception"/>
    public TValue GetOrAdd<TFactory>(TKey key, ref TFactory factory)
        where TFactory : struct, IValueFactory<TKey, TValue> => _operations.GetOrAdd(key, ref factory);

    /// <summary>Adds an entry, or changes the value of an existing entry by a delegate. The operation is recorded as an
    /// addition or an update.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value to add if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="updateValueFactory"/> is null.</exception>
    /// <inheritdoc cref="AddOrUpdate{TUpserter}(TKey, ref TUpserter)" path="/exception"/>
    [OverloadResolutionPriority(1)] // a literal default is a value and not a delegate
    public TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        ValueUpserter<TKey, TValue> upserter = new(addValue, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry with a value from one delegate, or changes the value of an existing entry by another.
    /// Both get an argument. The operation is recorded as an addition or an update.</summary>
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

    /// <summary>Changes the value of a key in place by a delegate. The operation is recorded as an update or a refused
    /// write.</summary>
    /// <typeparam name="TArg">The type of the argument.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="update">Changes the value.</param>
    /// <param name="arg">The argument of the delegate.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdate<TArg>(TKey key, RefAction<TValue, TArg> update, TArg arg) =>
        _operations.TryUpdate(key, update, arg);

    /// <summary>Changes the value of a key in place by a struct functor. The operation is recorded as an update or a
    /// refused write.</summary>
    /// <typeparam name="TUpdater">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="updater">Changes the value. Receives the changes that the call makes to it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdate<TUpdater>(TKey key, ref TUpdater updater)
        where TUpdater : struct, IValueUpdater<TValue> => _operations.TryUpdate(key, ref updater);

    /// <summary>Changes the value of a key in place, or removes its entry, as a delegate decides. The operation is
    /// recorded as an update, a removal or a refused write.</summary>
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
        return _operations.TryUpdateOrRemove(key, keep, arg);
    }

    /// <summary>Changes the value of a key in place, or removes its entry, as a struct functor decides. The operation
    /// is recorded as an update, a removal or a refused write.</summary>
    /// <typeparam name="TKeeper">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keeper">Changes the value, and returns whether the entry stays. Receives the changes that the call
    /// makes to it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <inheritdoc cref="TryRemove(TKey, out TValue)" path="/exception"/>
    public bool TryUpdateOrRemove<TKeeper>(TKey key, ref TKeeper keeper)
        where TKeeper : struct, IValueKeeper<TValue> => _operations.TryUpdateOrRemove(key, ref keeper);

    /// <summary>Gets the values of many keys. Each lookup is recorded as a hit or a miss.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">Receives the value of each key; default for absent keys. At least as long as
    /// <paramref name="keys"/>.</param>
    /// <param name="found">Receives whether each key is present. At least as long as <paramref name="keys"/>.</param>
    /// <returns>The number of keys that are present.</returns>
    /// <exception cref="ArgumentException"><paramref name="values"/> or <paramref name="found"/> is too
    /// short.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public int TryGetValues(ReadOnlySpan<TKey> keys, Span<TValue> values, Span<bool> found) =>
        _operations.TryGetValues(keys, values, found);

    /// <summary>Adds many entries whose keys are absent. Each write is recorded as an addition or a refused
    /// write.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <remarks>The entries are written one after the other. If the write of an entry throws, the writes before it have
    /// happened and are recorded, and those after it have not. Writes of a range are not faster here than single
    /// writes, because each of them is recorded.</remarks>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>; nothing
    /// has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the entries so far
    /// have been written.</exception>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        return _operations.TryAddRange(keys, values, default);
    }

    /// <summary>Adds many entries whose keys are absent, and reports which of them were added. Each write is recorded
    /// as an addition or a refused write.</summary>
    /// <param name="keys">The keys, in any order. The first of repeated keys is added.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <param name="added">Receives whether each key was added. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries added. The values of the other keys are unchanged.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="values"/> is not as long as <paramref name="keys"/>, or
    /// <paramref name="added"/> is too short; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; the entries so far
    /// have been written.</exception>
    public int TryAddRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, Span<bool> added)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        MapErrors.ThrowIfShorter(added.Length, keys.Length, nameof(added));
        return _operations.TryAddRange(keys, values, added);
    }

    /// <summary>Sets the values of many keys, whether they are present or not. Each write is recorded as an addition or
    /// an update.</summary>
    /// <param name="keys">The keys, in any order. The last of repeated keys determines the value.</param>
    /// <param name="values">The value of each key, at the index of the key. As long as <paramref name="keys"/>.</param>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/exception"/>
    public void SetRange(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        MapErrors.ThrowIfLengthDiffers(values.Length, keys.Length, nameof(values));
        _operations.SetRange(keys, values);
    }

    /// <summary>Removes many entries. Each write is recorded as a removal or a refused write.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <returns>The number of entries removed.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    public int TryRemoveRange(ReadOnlySpan<TKey> keys) => _operations.TryRemoveRange(keys, default);

    /// <summary>Removes many entries, and reports which of them were present. Each write is recorded as a removal or a
    /// refused write.</summary>
    /// <param name="keys">The keys, in any order. Repeated keys are removed once.</param>
    /// <param name="removed">Receives whether each key was removed. At least as long as <paramref name="keys"/>. If the
    /// call throws, only the elements of the writes that have happened are set.</param>
    /// <returns>The number of entries removed.</returns>
    /// <inheritdoc cref="TryAddRange(ReadOnlySpan{TKey}, ReadOnlySpan{TValue})" path="/remarks"/>
    /// <exception cref="ArgumentException"><paramref name="removed"/> is too short; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map; nothing has
    /// changed.</exception>
    public int TryRemoveRange(ReadOnlySpan<TKey> keys, Span<bool> removed)
    {
        MapErrors.ThrowIfShorter(removed.Length, keys.Length, nameof(removed));
        return _operations.TryRemoveRange(keys, removed);
    }
}
