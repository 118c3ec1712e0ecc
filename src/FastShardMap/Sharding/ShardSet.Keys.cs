using System.Runtime.CompilerServices;
using FastShardMap.Hashing;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <inheritdoc cref="Shard{TKey, TValue, THasher}.TryReadHome"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public readonly bool TryReadHome(TKey key, out TValue value, out bool found) =>
        ShardFor(key, out ulong hash).TryReadHome(key, hash, out value, out found);

    /// <inheritdoc cref="Shard{TKey, TValue, THasher}.TryReadHome"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public readonly bool TryReadHome(TKey key, ulong hash, out TValue value, out bool found) =>
        ShardFor(hash).TryReadHome(key, hash, out value, out found);

    /// <inheritdoc cref="Shard{TKey, TValue, THasher}.TryRead"/>
    public readonly bool TryRead(TKey key, ulong hash, out TValue value) =>
        ShardFor(hash).TryRead(key, hash, out value);

    /// <summary>Performs one write: in place, or under the lock of the key's shard.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The shard has to grow, and the larger table cannot be allocated; nothing
    /// has changed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // only forwards the call
    public readonly void Write<TOperation>(in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ulong hash = Hash(key);
        ShardFor(hash).Write(hash, key, ref operation, default(EndlessWait));
    }

    /// <summary>Like <see cref="Write"/>, but gives up if the lock cannot be taken in time.</summary>
    /// <returns><see langword="false"/> if the lock could not be taken; nothing has happened, and nothing
    /// will.</returns>
    public readonly bool TryWrite<TOperation>(
        in TKey key, ref TOperation operation, int timeoutMilliseconds, CancellationToken cancellationToken)
        where TOperation : struct, IEntryOperation<TValue>
    {
        ulong hash = Hash(key);
        return ShardFor(hash).Write(hash, key, ref operation, new LimitedWait(timeoutMilliseconds, cancellationToken));
    }

    /// <summary>Like <see cref="Write"/>, but only if it is possible in place. On false, the caller retries through
    /// <see cref="WriteSlow"/>, in a method that is not inlined and creates the operation again. The operation's fields
    /// can then stay in registers here, and the hash need not be kept.</summary>
    /// <returns><see langword="false"/> if nothing has happened.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public readonly bool TryWriteFast<TOperation>(TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        if (TOperation.RunsUserCode || KeysRunUserCode)
        {
            return false;
        }

        return ShardFor(key, out ulong hash).TryWriteFast(hash, key, ref operation);
    }

    /// <summary>Like <see cref="Write"/>, after <see cref="TryWriteFast"/> has failed.</summary>
    public readonly void WriteSlow<TOperation>(in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        if (TOperation.RunsUserCode || KeysRunUserCode)
        {
            Write(key, ref operation);
            return;
        }

        ulong hash = Hash(key);
        Shard<TKey, TValue, THasher> shard = ShardFor(hash);
        shard.Prefetch(hash);
        WriteLocked(EnterThread(), shard.View, hash, key, ref operation, default(EndlessWait));
    }

    /// <summary>Performs one write under the shard's lock. The parameter is the view and not the shard, because the
    /// shard would have to be passed in memory.</summary>
    /// <returns><see langword="false"/> if the lock could not be taken in time; nothing has happened.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly bool WriteLocked<TOperation, TWait>(
        ThreadState thread, ReadView* view, ulong hash, in TKey key, ref TOperation operation, TWait wait)
        where TOperation : struct, IEntryOperation<TValue>
        where TWait : struct, ILockWait
    {
        Shard<TKey, TValue, THasher> shard = new(in this, view, SideOf(view));
        if (!wait.TryEnter(shard.Side, thread))
        {
            return false;
        }

        if (TriesHome<TOperation>() && shard.TryWriteHome(hash, key, ref operation))
        {
            ShardLock.Exit(shard.Side);
            return true;
        }

        WriteOwned(thread, view, hash, key, ref operation);
        return true;
    }

    /// <summary>Whether a write is tried in the home group first, which hashes no key. A removal that has to release a
    /// record would only search twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a constant, but only if it is inlined
    private static bool TriesHome<TOperation>()
        where TOperation : struct, IEntryOperation<TValue> =>
        !TOperation.RunsUserCode
        && KeyTraits<TKey>.IsKnown
        && !BlobStore<TKey, TValue>.HasBlobs
        && !(KeyStore<TKey>.HasRecords && typeof(TOperation) == typeof(RemoveOperation<TValue>));

    /// <summary>Performs one write and releases the shard's lock, which the thread has taken.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void WriteOwned<TOperation>(
        ThreadState thread, ReadView* view, ulong hash, in TKey key, ref TOperation operation)
        where TOperation : struct, IEntryOperation<TValue>
    {
        using LockedShard<TKey, TValue, THasher> locked =
            LockedShard<TKey, TValue, THasher>.Owned(
                new Shard<TKey, TValue, THasher>(in this, view, SideOf(view)),
                thread,
                guarded: TOperation.RunsUserCode || KeysRunUserCode);
        ThrowIfDisposed();
        locked.Write(hash, key, ref operation);
    }
}
