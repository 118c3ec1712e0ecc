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
            return _map.WriteLocked(_map.EnterThread(), View, hash, key, ref operation, wait);
        }

        ThreadState thread = _map.EnterThread();
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
