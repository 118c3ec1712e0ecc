using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class AuditedBytesShardMap<TValue>
{
    /// <summary>Changes the value of a key in place, if the key is present. The operation is recorded as an update or a
    /// refused write.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="update">Changes the value. Runs once, under the shard's lock. If it throws, the value is
    /// unchanged.</param>
    /// <param name="arg">The argument that is passed to <paramref name="update"/>.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryUpdate<TArg>(ReadOnlySpan<byte> key, RefAction<TValue, TArg> update, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(update);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryUpdate(KeyBytes.Present(bytes, key.Length, buffer, _seed), update, arg);
        }
    }

    /// <summary>Changes the value of a key in place by a struct functor, if the key is present. The operation is
    /// recorded as an update or a refused write.</summary>
    /// <typeparam name="TUpdater">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="updater">Changes the value as the delegate does. Receives the changes that the call makes to
    /// it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryUpdate<TUpdater>(ReadOnlySpan<byte> key, ref TUpdater updater)
        where TUpdater : struct, IValueUpdater<TValue>
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryUpdate(KeyBytes.Present(bytes, key.Length, buffer, _seed), ref updater);
        }
    }

    /// <summary>Changes the value of a key in place or removes the entry, if the key is present. The operation is
    /// recorded as an update, a removal or a refused write.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keep">Changes the value and returns whether to keep the entry. Runs once, under the shard's lock.
    /// If it throws, the entry is unchanged.</param>
    /// <param name="arg">The argument that is passed to <paramref name="keep"/>.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="keep"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryUpdateOrRemove<TArg>(ReadOnlySpan<byte> key, RefFunc<TValue, TArg, bool> keep, TArg arg)
    {
        ArgumentNullException.ThrowIfNull(keep);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryUpdateOrRemove(KeyBytes.Present(bytes, key.Length, buffer, _seed), keep, arg);
        }
    }

    /// <summary>Changes the value of a key in place or removes the entry by a struct functor, if the key is present.
    /// The operation is recorded as an update, a removal or a refused write.</summary>
    /// <typeparam name="TKeeper">The type of the functor.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="keeper">Changes the value and decides as the delegate does. Receives the changes that the call
    /// makes to it.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryUpdateOrRemove<TKeeper>(ReadOnlySpan<byte> key, ref TKeeper keeper)
        where TKeeper : struct, IValueKeeper<TValue>
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _operations.TryUpdateOrRemove(KeyBytes.Present(bytes, key.Length, buffer, _seed), ref keeper);
        }
    }
}
