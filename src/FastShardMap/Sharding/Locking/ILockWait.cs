using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap.Sharding;

/// <summary>Decides how long a write waits for its shard's lock. Implemented by structs, so that the JIT compiles
/// separate code for each kind of wait.</summary>
internal unsafe interface ILockWait
{
    /// <returns>Whether the lock was taken.</returns>
    bool TryEnter(WriteSide* side, ThreadState thread);
}

internal readonly unsafe struct EndlessWait : ILockWait
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public bool TryEnter(WriteSide* side, ThreadState thread)
    {
        ShardLock.Enter(side, thread);
        return true;
    }
}

internal readonly unsafe struct LimitedWait(int timeoutMilliseconds, CancellationToken cancellationToken) : ILockWait
{
    public bool TryEnter(WriteSide* side, ThreadState thread) =>
        ShardLock.TryEnter(side, thread, timeoutMilliseconds, cancellationToken);
}
