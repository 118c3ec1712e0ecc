namespace FastShardMap.Bench.Maps;

/// <summary>A lock around a dictionary, as a type parameter: its calls are direct.</summary>
/// <typeparam name="TSelf">The lock itself.</typeparam>
/// <typeparam name="TScope">What holds it until it is left.</typeparam>
public interface IGuard<TSelf, TScope> : IDisposable
    where TSelf : struct, IGuard<TSelf, TScope>
    where TScope : struct, allows ref struct
{
    static abstract string Label { get; }

    static abstract TSelf Create();

    static abstract void Leave(TScope scope);

    TScope EnterRead();

    TScope EnterWrite();
}

/// <summary>One <see cref="Lock"/>, for readers as for writers.</summary>
public readonly struct LockGuard() : IGuard<LockGuard, Lock.Scope>
{
    private readonly Lock _lock = new();

    public static string Label => "lock";

    public static LockGuard Create() => new();

    public static void Leave(Lock.Scope scope) => scope.Dispose();

    public Lock.Scope EnterRead() => _lock.EnterScope();

    public Lock.Scope EnterWrite() => _lock.EnterScope();

    public void Dispose()
    {
        // A lock has nothing to give back.
    }
}

/// <summary>A <see cref="ReaderWriterLockSlim"/>.</summary>
public readonly struct RwLockGuard() : IGuard<RwLockGuard, RwLockGuard.Scope>
{
    private readonly ReaderWriterLockSlim _lock = new();

    public static string Label => nameof(ReaderWriterLockSlim);

    public static RwLockGuard Create() => new();

    public static void Leave(Scope scope) => scope.Leave();

    public Scope EnterRead()
    {
        _lock.EnterReadLock();
        return new Scope(_lock, isWrite: false);
    }

    public Scope EnterWrite()
    {
        _lock.EnterWriteLock();
        return new Scope(_lock, isWrite: true);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>The lock while it is held.</summary>
    public readonly ref struct Scope(ReaderWriterLockSlim held, bool isWrite)
    {
        private readonly ReaderWriterLockSlim _held = held;
        private readonly bool _isWrite = isWrite;

        internal void Leave()
        {
            if (_isWrite)
            {
                _held.ExitWriteLock();
            }
            else
            {
                _held.ExitReadLock();
            }
        }
    }
}
