using System.Runtime.CompilerServices;
using FastShardMap.Operations;

namespace FastShardMap.Sharding;

internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
{
    /// <summary>Performs one write, in place or under the shard's lock.</summary>
    /// <returns><see langword="false"/> if the lock could not be taken in time; nothing has happened.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The shard has to grow, and the larger table cannot be allocated; nothing
    /// has changed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public bool Write<TOperation, TWait>(ulong hash, in TKey key, ref TOperation operation, TWait wait)
        where TOperation : struct, IEntryOperation<TValue>
        where TWait : struct, ILockWait
    {
        if (TOperation.RunsUserCode || !CanWriteInPlace || !operation.KeepsKey)
        {
            Prefetch(hash);
        }

        return Write(_map.EnterThread(), hash, key, ref operation, wait);
    }

    /// <summary>Performs one write, in place or under the shard's lock, whose group need not be prefetched.</summary>
    /// <param name="thread">The calling thread, from
    /// <see cref="ShardSet{TKey, TValue, THasher}.EnterThread"/>.</param>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="wait">How long to wait for the lock.</param>
    /// <returns><see langword="false"/> if the lock could not be taken in time; nothing has happened.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m, overwrite-ranges-1m-2t
    public bool Write<TOperation, TWait>(
        ThreadState thread, ulong hash, in TKey key, ref TOperation operation, TWait wait)
        where TOperation : struct, IEntryOperation<TValue>
        where TWait : struct, ILockWait
    {
        if (TOperation.RunsUserCode || !CanWriteInPlace || !operation.KeepsKey)
        {
            return _map.WriteLocked(thread, View, hash, key, ref operation, wait);
        }

        return TryWriteInPlace(thread, hash, key, ref operation)
            || _map.WriteLocked(thread, View, hash, key, ref operation, wait);
    }

    /// <summary>Performs one write in place, if this is possible without the lock.</summary>
    /// <returns><see langword="false"/> if nothing has happened.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public bool TryWriteFast<TOperation>(ulong hash, TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue> =>
        TryWriteInPlace(_map.EnterThread(), hash, key, ref operation);
}
