using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class AuditedBytesShardMap<TValue>
{
    /// <summary>Adds an entry, or changes the value of an existing entry. The operation is recorded as an addition or
    /// an update.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value to add if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the key and the old value if the key is
    /// present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="updateValueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public TValue AddOrUpdate(
        ReadOnlySpan<byte> key, TValue addValue, Func<ReadOnlySpan<byte>, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        ValueUpserter<ReadOnlySpan<byte>, TValue> upserter = new(addValue, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry, or changes the value of an existing entry, by a delegate that does not need the key. The
    /// operation is recorded as an addition or an update.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value to add if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present. Runs once, under
    /// the shard's lock. If it throws, the map is unchanged.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="updateValueFactory"/>.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="updateValueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public TValue AddOrUpdate<TArg>(
        ReadOnlySpan<byte> key, TValue addValue, Func<TValue, TArg, TValue> updateValueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            ValueOrUpdate<TValue, TArg> upserter = new(addValue, updateValueFactory, factoryArgument);
            return _operations.AddOrUpdate(KeyBytes.Present(bytes, key.Length, buffer, _seed), ref upserter);
        }
    }

    /// <summary>Adds an entry with a value from one factory, or changes the value of an existing entry by another. The
    /// operation is recorded as an addition or an update.</summary>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the key and the old value if the key is
    /// present.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public TValue AddOrUpdate(
        ReadOnlySpan<byte> key,
        Func<ReadOnlySpan<byte>, TValue> addValueFactory,
        Func<ReadOnlySpan<byte>, TValue, TValue> updateValueFactory)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        DelegateUpserter<ReadOnlySpan<byte>, TValue> upserter = new(addValueFactory, updateValueFactory);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry with a value from one factory, or changes the value of an existing entry by another. The
    /// operation is recorded as an addition or an update.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegates, so that they need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="addValueFactory">Creates the value if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the key and the old value if the key is
    /// present.</param>
    /// <param name="factoryArgument">The argument that is passed to both delegates.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException">One of the delegates is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public TValue AddOrUpdate<TArg>(
        ReadOnlySpan<byte> key,
        Func<ReadOnlySpan<byte>, TArg, TValue> addValueFactory,
        Func<ReadOnlySpan<byte>, TValue, TArg, TValue> updateValueFactory,
        TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(addValueFactory);
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        DelegateUpserter<ReadOnlySpan<byte>, TValue, TArg> upserter =
            new(addValueFactory, updateValueFactory, factoryArgument);
        return AddOrUpdate(key, ref upserter);
    }

    /// <summary>Adds an entry, or changes the value of an existing entry, by a struct functor. The operation is
    /// recorded as an addition or an update.</summary>
    /// <typeparam name="TUpserter">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="upserter">Creates or changes the value. Receives the changes that the call makes to it.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public TValue AddOrUpdate<TUpserter>(ReadOnlySpan<byte> key, ref TUpserter upserter)
        where TUpserter : struct, IValueUpserter<ReadOnlySpan<byte>, TValue>
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            SpanUpserter<byte, TValue, TUpserter> adapter = new(bytes, key.Length, upserter);
            TValue stored = _operations.AddOrUpdate(KeyBytes.Present(bytes, key.Length, buffer, _seed), ref adapter);
            upserter = adapter.Upserter;
            return stored;
        }
    }
}
