using System.Runtime.CompilerServices;
using FastShardMap.Operations;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Gets the value of a key, and adds a value if the key is absent (load or store).</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>Lock-free if the key is present.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    [OverloadResolutionPriority(1)] // a literal default is a value and not a delegate
    public TValue GetOrAdd(TKey key, TValue value)
    {
        if (TryGetValue(key, out TValue present))
        {
            return present;
        }

        GetOrAddOperation<TValue> operation = new(value);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        return operation.Value;
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(TKey, Func{TKey, TArg, TValue}, TArg)"/>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue> factory = new(valueFactory);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds a value from a factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value. Runs at most once per addition among all threads, under the
    /// shard's lock.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>Lock-free if the key is present. If the factory throws, the exception is passed to the caller, and
    /// nothing is added.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public TValue GetOrAdd<TArg>(TKey key, Func<TKey, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<TKey, TValue, TArg> factory = new(valueFactory, factoryArgument);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds a value from a struct factory if the key is absent.</summary>
    /// <typeparam name="TFactory">The type of the factory.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="factory">Creates the value as the delegate does. Receives the changes that the call makes to
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
    public TValue GetOrAdd<TFactory>(TKey key, ref TFactory factory)
        where TFactory : struct, IValueFactory<TKey, TValue>
    {
        if (TryGetValue(key, out TValue present))
        {
            return present;
        }

        FactoryOperation<TKey, TValue, TFactory> operation = new(key, factory);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        factory = operation.Factory;
        return operation.Value;
    }

    /// <summary>Adds an entry, or changes the value of an existing entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value to add if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <inheritdoc
    ///     cref="AddOrUpdate{TArg}(TKey, Func{TKey, TArg, TValue}, Func{TKey, TValue, TArg, TValue}, TArg)"
    ///     path="/remarks"/>
    /// <inheritdoc
    ///     cref="AddOrUpdate{TArg}(TKey, Func{TKey, TArg, TValue}, Func{TKey, TValue, TArg, TValue}, TArg)"
    ///     path="/exception"/>
    [OverloadResolutionPriority(1)] // a literal default is a value and not a delegate
    public TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        ValueUpserter<TKey, TValue> upserter = new(addValue, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry with a value from one factory, or changes the value of an existing entry by
    /// another.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <returns>The value that was stored.</returns>
    /// <inheritdoc
    ///     cref="AddOrUpdate{TArg}(TKey, Func{TKey, TArg, TValue}, Func{TKey, TValue, TArg, TValue}, TArg)"
    ///     path="/remarks"/>
    /// <inheritdoc
    ///     cref="AddOrUpdate{TArg}(TKey, Func{TKey, TArg, TValue}, Func{TKey, TValue, TArg, TValue}, TArg)"
    ///     path="/exception"/>
    public TValue AddOrUpdate(
        TKey key, Func<TKey, TValue> addValueFactory, Func<TKey, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        DelegateUpserter<TKey, TValue> upserter = new(addValueFactory, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry with a value from one factory, or changes the value of an existing entry by
    /// another.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegates, so that they need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present.</param>
    /// <param name="factoryArgument">The argument that is passed to both delegates.</param>
    /// <returns>The value that was stored.</returns>
    /// <remarks>One of the delegates runs, once, under the shard's lock. If it throws, the map is unchanged.</remarks>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, and the memory cannot be allocated; nothing has
    /// changed.</exception>
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

    /// <summary>Adds an entry, or changes the value of an existing entry, by a struct functor.</summary>
    /// <typeparam name="TUpserter">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="upserter">Creates or changes the value. Receives the changes that the call makes to it.</param>
    /// <returns>The value that was stored.</returns>
    /// <inheritdoc
    ///     cref="AddOrUpdate{TArg}(TKey, Func{TKey, TArg, TValue}, Func{TKey, TValue, TArg, TValue}, TArg)"
    ///     path="/remarks"/>
    /// <inheritdoc
    ///     cref="AddOrUpdate{TArg}(TKey, Func{TKey, TArg, TValue}, Func{TKey, TValue, TArg, TValue}, TArg)"
    ///     path="/exception"/>
    public TValue AddOrUpdate<TUpserter>(TKey key, ref TUpserter upserter)
        where TUpserter : struct, IValueUpserter<TKey, TValue>
    {
        UpsertOperation<TKey, TValue, TUpserter> operation = new(key, upserter);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        upserter = operation.Upserter;
        return operation.Value;
    }

    /// <summary>Changes the value of a key in place, if the key is present.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="update">Changes the value. Runs once, under the shard's lock. If it throws, the value is
    /// unchanged.</param>
    /// <param name="arg">The argument that is passed to <paramref name="update"/>.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryUpdate<TArg>(TKey key, RefAction<TValue, TArg> update, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(update);
        DelegateUpdater<TValue, TArg> updater = new(update, arg);
        return TryUpdate(key, ref updater);
    }

    /// <summary>Changes the value of a key in place by a struct functor, if the key is present.</summary>
    /// <typeparam name="TUpdater">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="updater">Changes the value as the delegate does. Receives the changes that the call makes to
    /// it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryUpdate<TUpdater>(TKey key, ref TUpdater updater)
        where TUpdater : struct, IValueUpdater<TValue>
    {
        UpdateOperation<TValue, TUpdater> operation = new(updater);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        updater = operation.Updater;
        return operation.Found;
    }

    /// <summary>Changes the value of a key in place or removes the entry, if the key is present.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keep">Changes the value and returns whether to keep the entry. Runs once, under the shard's lock.
    /// If it throws, the entry is unchanged.</param>
    /// <param name="arg">The argument that is passed to <paramref name="keep"/>.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="keep"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryUpdateOrRemove<TArg>(TKey key, RefFunc<TValue, TArg, bool> keep, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(keep);
        DelegateKeeper<TValue, TArg> keeper = new(keep, arg);
        return TryUpdateOrRemove(key, ref keeper);
    }

    /// <summary>Changes the value of a key in place or removes the entry by a struct functor, if the key is
    /// present.</summary>
    /// <typeparam name="TKeeper">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keeper">Changes the value and decides as the delegate does. Receives the changes that the call
    /// makes to it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public bool TryUpdateOrRemove<TKeeper>(TKey key, ref TKeeper keeper)
        where TKeeper : struct, IValueKeeper<TValue>
    {
        KeepOperation<TValue, TKeeper> operation = new(keeper);
        _shards.Write(key, ref operation);
        GC.KeepAlive(this);
        keeper = operation.Keeper;
        return operation.Found;
    }
}
