using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

/// <summary>One shard of a map: what its readers need, what its writers share, and the map that it belongs to. A view that
/// operations make for themselves; the state lies in the map's native block.</summary>
/// <remarks>What needs no lock stands here; what is done under the shard's lock stands in
/// <see cref="LockedShard{TKey, TValue, THasher}"/>.</remarks>
internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Groups moved in one hold of the lock when a migration is driven to its end: a few microseconds.</summary>
    public const ulong GroupsPerHold = 64;

    private readonly ref readonly ShardSet<TKey, TValue, THasher> _map;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public Shard(ref readonly ShardSet<TKey, TValue, THasher> map, ReadView* view, WriteSide* side)
    {
        _map = ref map;
        View = view;
        Side = side;
    }

    public ReadView* View { get; }

    public WriteSide* Side { get; }

    public ref readonly ShardSet<TKey, TValue, THasher> Map
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
        get => ref _map;
    }

    private static int Stride => GroupShape<TKey, TValue>.StrideBytes;

    /// <summary>Starts loading the home group while the lock is being taken. A stale table does no harm.</summary>
    /// <remarks>Both lines of the usual group: a store that misses would hold the unlock up as long as the load did.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m, insert-growing-5m
    public void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            byte* group = (byte*)Table<TKey, TValue>.HomeGroup(View->Current, hash);
            Sse.Prefetch0(group);
            if (Stride > GroupShape.LineBytes)
            {
                Sse.Prefetch0(group + GroupShape.LineBytes);
            }
        }
    }

    /// <summary>Drives a running migration to its end, in bounded holds of the lock.</summary>
    public void FinishMigration()
    {
        while (MoveSome(GroupsPerHold))
        {
        }
    }

    /// <summary>Moves some groups of a migrating shard.</summary>
    /// <returns>Whether groups are left.</returns>
    public bool MoveSome(ulong groups)
    {
        bool left = false;
        LockedShard<TKey, TValue, THasher> locked = Enter(_map.EnterThread(), guarded: true);
        try
        {
            _map.ThrowIfDisposed();
            left = locked.MoveSome(groups);
        }
        finally
        {
            locked.Dispose();
        }

        if (left && locked.HasWoken)
        {
            ShardLock.LeaveToWoken(Side);
        }

        return left;
    }

    /// <summary>Takes the shard's lock.</summary>
    /// <param name="thread">The calling thread, after <see cref="ThreadState.ReserveCallback"/> if it is inside a callback.</param>
    /// <param name="guarded">Whether the user's code may run under the lock: then calls back into the map are refused.</param>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted; it has not got the lock.</exception>
    public LockedShard<TKey, TValue, THasher> Enter(ThreadState thread, bool guarded)
    {
        ShardLock.Enter(Side, thread);
        return LockedShard<TKey, TValue, THasher>.Owned(this, thread, guarded);
    }
}
