using FastShardMap.Memory;

#pragma warning disable MA0048, SA1402 // one family of types, to be read together

namespace FastShardMap;

/// <summary>A lock with a read side and a write side, for the type parameter of
/// <see cref="GuardedShardMap{TKey, TValue, TGuard}"/>. Calls to it are direct, and inlined if they are
/// small.</summary>
/// <typeparam name="TSelf">The type of the guard itself.</typeparam>
public interface IMapGuard<TSelf> : IDisposable
    where TSelf : struct, IMapGuard<TSelf>
{
    /// <summary>Creates the lock of one shard.</summary>
    /// <returns>The lock.</returns>
    static abstract TSelf Create();

    /// <summary>Enters the lock for reading.</summary>
    void EnterRead();

    /// <summary>Exits the lock after reading.</summary>
    void ExitRead();

    /// <summary>Enters the lock for writing.</summary>
    void EnterWrite();

    /// <summary>Exits the lock after writing.</summary>
    void ExitWrite();
}

/// <summary>A mutex, which only one thread at a time can enter, to read or to write. Waiting threads enter roughly in
/// the order of their arrival.</summary>
/// <remarks>The members of a default value throw <see cref="InvalidOperationException"/>.</remarks>
public readonly struct MutexGuard : IMapGuard<MutexGuard>
{
    private readonly Lock? _lock;

    private MutexGuard(Lock gate) => _lock = gate;

    private Lock Gate => _lock ?? throw MapErrors.GuardNotCreated(nameof(MutexGuard));

    /// <inheritdoc/>
    public static MutexGuard Create() => new(new Lock());

    /// <inheritdoc/>
    public void EnterRead() => Gate.Enter();

    /// <inheritdoc/>
    public void ExitRead() => Gate.Exit();

    /// <inheritdoc/>
    public void EnterWrite() => Gate.Enter();

    /// <inheritdoc/>
    public void ExitWrite() => Gate.Exit();

    /// <summary>Does nothing, because the lock owns no resources.</summary>
    public void Dispose()
    {
    }
}

/// <summary>A reader-writer lock: several threads can read at a time, or one thread can write.</summary>
/// <remarks>The members of a default value throw <see cref="InvalidOperationException"/>.</remarks>
public readonly struct ReaderWriterGuard : IMapGuard<ReaderWriterGuard>
{
    private readonly ReaderWriterLockSlim? _lock;

    private ReaderWriterGuard(ReaderWriterLockSlim gate) => _lock = gate;

    private ReaderWriterLockSlim Gate => _lock ?? throw MapErrors.GuardNotCreated(nameof(ReaderWriterGuard));

    /// <inheritdoc/>
    public static ReaderWriterGuard Create() => new(new ReaderWriterLockSlim(LockRecursionPolicy.NoRecursion));

    /// <inheritdoc/>
    public void EnterRead() => Gate.EnterReadLock();

    /// <inheritdoc/>
    public void ExitRead() => Uninterruptible.Run(Gate, static gate => gate.ExitReadLock());

    /// <inheritdoc/>
    public void EnterWrite() => Gate.EnterWriteLock();

    /// <inheritdoc/>
    public void ExitWrite() => Uninterruptible.Run(Gate, static gate => gate.ExitWriteLock());

    /// <summary>Does nothing: threads may still be inside, and the garbage collector frees the events of the
    /// lock.</summary>
    public void Dispose()
    {
    }
}
