using FastShardMap.Memory;

#pragma warning disable MA0048, SA1402 // one family: read together

namespace FastShardMap;

/// <summary>A lock with a reading and a writing side, as a type parameter of
/// <see cref="GuardedShardMap{TKey, TValue, TGuard}"/>: its calls are direct, and inlined where they are
/// small.</summary>
/// <typeparam name="TSelf">The guard itself.</typeparam>
public interface IMapGuard<TSelf> : IDisposable
    where TSelf : struct, IMapGuard<TSelf>
{
    /// <summary>Makes the lock of one shard.</summary>
    /// <returns>The lock.</returns>
    static abstract TSelf Create();

    /// <summary>Begins reading.</summary>
    void EnterRead();

    /// <summary>Ends reading.</summary>
    void ExitRead();

    /// <summary>Begins writing.</summary>
    void EnterWrite();

    /// <summary>Ends writing.</summary>
    void ExitWrite();
}

/// <summary>A mutex: one thread at a time, reader or writer. Blocks in the order of arrival, more or less.</summary>
public readonly struct MutexGuard : IMapGuard<MutexGuard>
{
    private readonly Lock _lock;

    private MutexGuard(Lock gate) => _lock = gate;

    /// <inheritdoc/>
    public static MutexGuard Create() => new(new Lock());

    /// <inheritdoc/>
    public void EnterRead() => _lock.Enter();

    /// <inheritdoc/>
    public void ExitRead() => _lock.Exit();

    /// <inheritdoc/>
    public void EnterWrite() => _lock.Enter();

    /// <inheritdoc/>
    public void ExitWrite() => _lock.Exit();

    /// <summary>Does nothing: the lock holds nothing.</summary>
    public void Dispose()
    {
    }
}

/// <summary>A reader-writer lock: readers together, writers alone.</summary>
public readonly struct ReaderWriterGuard : IMapGuard<ReaderWriterGuard>
{
    private readonly ReaderWriterLockSlim _lock;

    private ReaderWriterGuard(ReaderWriterLockSlim gate) => _lock = gate;

    /// <inheritdoc/>
    public static ReaderWriterGuard Create() => new(new ReaderWriterLockSlim(LockRecursionPolicy.NoRecursion));

    /// <inheritdoc/>
    public void EnterRead() => _lock.EnterReadLock();

    /// <inheritdoc/>
    public void ExitRead() => Uninterruptible.Run(_lock, static gate => gate.ExitReadLock());

    /// <inheritdoc/>
    public void EnterWrite() => _lock.EnterWriteLock();

    /// <inheritdoc/>
    public void ExitWrite() => Uninterruptible.Run(_lock, static gate => gate.ExitWriteLock());

    /// <summary>Does nothing: threads may still be inside, and the lock's events are the garbage collector's to
    /// free.</summary>
    public void Dispose()
    {
    }
}
